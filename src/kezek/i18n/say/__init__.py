"""How what `app` decided is said in a language: one module a noun, the same for every channel."""
