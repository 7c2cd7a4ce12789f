"""What-ifs asked on a page."""
