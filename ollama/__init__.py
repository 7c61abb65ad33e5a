"""The model server: its address, its HTTP, its lines of JSON, and what it says in them."""
