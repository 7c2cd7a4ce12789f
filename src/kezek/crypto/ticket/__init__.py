"""What makes a ticket genuine: its link, its signed text, its QR code."""
