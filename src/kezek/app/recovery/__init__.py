"""Facts that survive the restore of an older backup: erasures, withdrawals, numbers."""
