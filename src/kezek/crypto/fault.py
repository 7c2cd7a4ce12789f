"""How trust fails: one base for every exception of this ring."""

from __future__ import annotations


class TrustFault(Exception):
    """Something that must be trusted cannot be.

    `permanent`: trying again without a change by somebody gives the same answer.
    """

    permanent: bool

    def __init__(self, sentence: str, *, permanent: bool = True) -> None:
        super().__init__(sentence)
        self.permanent = permanent
