"""Speaks HTTP: parse, one call, write. Knows no SQL and no field of Ollama's."""
