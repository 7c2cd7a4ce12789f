"""An installation as a whole: its content, its fingerprint, its promises, its copies."""
