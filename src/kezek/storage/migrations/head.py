"""The newest step, known without loading the tools for schemas; a test holds it to the files."""

HEAD = "0002"
