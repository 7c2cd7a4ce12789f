"""What officers are told of a truck and of their own steps, free of language."""
