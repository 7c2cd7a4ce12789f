"""The log as used: sealed, proved, exported, audited and read in pages."""
