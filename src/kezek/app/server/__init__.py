"""A running server: its readiness, its limits, and its checks of the promises."""
