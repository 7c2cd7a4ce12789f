"""The feed: committed events, passed on to read models, open streams and consumers."""
