"""What a vehicle is known by: its plate and its VIN."""
