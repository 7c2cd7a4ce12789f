"""Views for officers: a truck and their own steps, free of language."""
