"""The newest steps, known without loading the tools for schemas; a test holds them to the files."""

# To here a start leads a database.
HEAD = "0012"
# The contracting steps behind it, which only `kezek migrate --contract` takes.
CONTRACTS: tuple[str, ...] = ()
