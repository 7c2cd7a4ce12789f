"""Single stations and tandems."""
