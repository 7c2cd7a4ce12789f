"""What must stay so when a backup comes back: erasures, withdrawals, numbers."""
