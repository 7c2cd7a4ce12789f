"""Limits of unconfirmed carriers: new accounts a day, and bookings a minute.

The desk limits the live bookings of an unconfirmed carrier.  Bookings a minute are counted here,
because a minute is real time and the rules know only the log's time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from kezek.app.desk.batch import Answer, Done
from kezek.app.desk.desk import Desk
from kezek.app.server.rate import Daily, Rates
from kezek.domain.account.decide import AddAccount
from kezek.domain.booking.book import Book
from kezek.domain.kernel.refusal import Reason, Refused


class Newcomers:
    """Hands bookings to the desk, those of unconfirmed carriers at most `per_minute`."""

    def __init__(self, desk: Desk, rates: Rates, per_minute: int) -> None:
        self._desk, self._rates, self._most = desk, rates, per_minute

    async def book(self, command: Book) -> Answer:
        """The desk's answer, or the refusal of a booking beyond the minute's limit."""
        (found,) = await self.book_all([command])
        if isinstance(found, BaseException):
            raise found
        return found

    async def book_all(self, commands: Sequence[Book]) -> list[Answer | BaseException]:
        """An answer for each, in order, or the exception with which it failed.

        As many as fit into the minute are booked, the others are refused.  Refused bookings, and those
        made before under the same key, do not count, so that a table sent again goes on where it ended.
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


class Registrations:
    """Opens carriers' own accounts, at most `per_day` of them from one address."""

    def __init__(self, desk: Desk, daily: Daily, per_day: int) -> None:
        self._desk, self._daily, self._most = desk, daily, per_day

    async def open(self, command: AddAccount, address: str) -> Answer:
        """The desk's answer, or the refusal of an address that has used up today's accounts.

        The account is counted before the desk is asked, so that many at once cannot pass the limit.
        """
        if not self._daily.take(address, self._most):
            return Refused(Reason.ACCOUNTS_TOO_MANY, {"most": self._most})
        # Without an answer nobody knows whether the account was opened, so it stays counted.
        answer = await self._desk.submit(command)
        if not isinstance(answer, Done) or answer.replayed:
            self._daily.give_back(address)
        return answer


def _who(command: Book) -> str:
    return f"unconfirmed {command.actor.account}"
