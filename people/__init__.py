"""Who may come in: accounts, and what opens their doors. Plain asyncio; knows neither the web nor the models."""
