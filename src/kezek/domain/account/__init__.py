"""Who acts: accounts, what they are granted, their API keys and their garage."""
