"""The twin: multi-server queues, tandems with priority, and the checkpoint."""
