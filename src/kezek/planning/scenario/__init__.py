"""What-if: scenarios as TOML files, run through the twin, answered with error bars."""
