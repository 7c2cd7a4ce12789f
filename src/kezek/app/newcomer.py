"""Bookings of carriers that nobody has confirmed: so many a minute, counted when they are made.

How many they may hold is a rule, decided by the desk; how fast they come is none, for the log's time
and a minute of the wall are two things.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from kezek.app.desk.batch import Answer, Done
from kezek.app.desk.desk import Desk
from kezek.app.rate import Rates
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason, Refused


class Newcomers:
    """Hands bookings to the desk, those of unconfirmed carriers at most `per_minute`."""

    def __init__(self, desk: Desk, rates: Rates, per_minute: int) -> None:
        self._desk, self._rates, self._most = desk, rates, per_minute

    async def book(self, command: Book) -> Answer:
        """The desk's answer, or that it is too soon."""
        (found,) = await self.book_all([command])
        if isinstance(found, BaseException):
            raise found
        return found

    async def book_all(self, commands: Sequence[Book]) -> list[Answer | BaseException]:
        """An answer for each, in order; what one of them fails with stands in its place.

        As many as fit are booked, the others are refused.  What was refused, or had been booked under
        its key before, takes nothing of the minute, so that a table sent again goes on where it ended.
        """
        answers: list[Answer | BaseException] = []
        while len(answers) < len(commands):
            rest = commands[len(answers) :]
            taken, refused = self._let_in(rest)
            if refused is not None and not taken:
                return [*answers, *([refused] * len(rest))]
            answers += await self._submitted(taken)
        return answers

    def _let_in(self, commands: Sequence[Book]) -> tuple[Sequence[Book], Refused | None]:
        """The first of the commands that fit into the minute, and why the next one does not."""
        for number, command in enumerate(commands):
            if command.actor.unconfirmed_max is None:
                continue
            left = self._rates.take(_who(command), self._most)
            if left.retry_after:
                facts = {"most": self._most, "seconds": left.retry_after}
                return commands[:number], Refused(Reason.UNCONFIRMED_RATE, facts)
        return commands, None

    async def _submitted(self, commands: Sequence[Book]) -> list[Answer | BaseException]:
        found = await asyncio.gather(*map(self._desk.submit, commands), return_exceptions=True)
        for command, answer in zip(commands, found, strict=True):
            new = isinstance(answer, Done) and not answer.replayed
            if command.actor.unconfirmed_max is not None and not new:
                self._rates.give_back(_who(command), self._most)
        return found


def _who(command: Book) -> str:
    return f"unconfirmed {command.actor.account}"
