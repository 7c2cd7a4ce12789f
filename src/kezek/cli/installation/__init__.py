"""Commands on a whole installation: backup, restore, copy, migrate, doctor."""
