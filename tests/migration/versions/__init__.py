"""Steps of a release that there is not: what the next one might add, and what it would then demand."""

# The lock of a PostgreSQL database at which the adding step waits.
GATE = 4_242
