"""Pages behind a sign-in: console, agency, carrier, desk clerk, and the roster."""
