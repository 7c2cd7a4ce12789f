"""What pages are served from: templates, style, script."""
