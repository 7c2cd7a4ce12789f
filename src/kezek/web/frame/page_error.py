"""What ends a request with the error page, wherever in a page's work it is found out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kezek.domain.kernel.refusal import Refused


class NextStep(NamedTuple):
    """A next thing to do on an error page."""

    text: str
    url: str


class PageError(Exception):
    """The request ends here.  `code` is a stable code of `i18n/faults.py`."""

    def __init__(
        self,
        code: str,
        *,
        steps: tuple[NextStep, ...] = (),
        facts: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.steps, self.facts = code, steps, facts or {}


class RefusedStop(Exception):
    """A rule said no, and the page has no field at which to show it."""

    def __init__(
        self, refused: Refused, *, zone: str = "UTC", steps: tuple[NextStep, ...] = ()
    ) -> None:
        super().__init__(refused.reason)
        self.refused, self.zone, self.steps = refused, zone, steps


class Redirect(Exception):
    """The request goes on at another address of ours, such as the sign-in page."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url
