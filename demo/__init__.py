"""The demo model: SmolLM2-135M in a process of its own, behind a server on loopback that speaks Ollama's API."""
