"""Fixtures for all tests; what they hand out is in tests/hearth.py and tests/fake_ollama.py."""
