"""What holds for every test: no verdict by the clock, and a failure that can be replayed."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is slow, not wrong; speed belongs to the benchmark.
settings.register_profile("kezek", deadline=None, print_blob=True)
settings.load_profile("kezek")
