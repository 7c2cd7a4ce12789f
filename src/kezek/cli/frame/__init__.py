"""What every command stands on: its output, its faults, its exit codes."""
