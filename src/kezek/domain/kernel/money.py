"""Money is an integer of minor units in one currency."""

from __future__ import annotations

from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Money:
    """An amount in minor units (tiyn, tyiyn, cent) of an ISO 4217 currency."""

    minor: int
    currency: str

    def times(self, count: int) -> Money:
        """The amount multiplied by a whole `count`, so nothing is ever rounded."""
        return Money(self.minor * count, self.currency)

    def __add__(self, other: Money) -> Money:
        assert self.currency == other.currency, "two currencies cannot be added"
        return Money(self.minor + other.minor, self.currency)
