"""The ticket page, its sheet, and the way back to a lost one."""
