"""Plays seeds in a test, and tells how a broken promise can be seen again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pytest

from tests.rehearsal.__main__ import again
from tests.rehearsal.breach import Broken
from tests.rehearsal.play import play


@contextmanager
def quietly() -> Iterator[None]:
    """What a product says of rehearsed faults is nothing that anybody must read."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def keeps_every_promise(seeds: Iterable[int], ground: str) -> None:
    with quietly():
        for seed in seeds:
            try:
                play(seed, ground)
            except Broken as broken:
                pytest.fail(f"{broken}\nPlay it again: {again(seed, ground)}")
