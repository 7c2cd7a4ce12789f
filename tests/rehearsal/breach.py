"""A promise that did not hold."""

from __future__ import annotations

# The promises that the checkers know, in the words of their tables.
PROMISES = {
    "I1": "nothing acknowledged is lost, and what was unknown has one outcome",
    "I2": "confirmed and protected never exceed the capacity, class caps hold",
    "I3": "one active booking per vehicle and authority",
    "I4": "calls follow the published order; an exception has a reason and two names",
    "I6": "one key, one effect, one answer",
    "I9": "the log is dense, only grows, and leads to every head that was signed",
    "I12": "no truck is lost: each is in exactly one place",
    "I13": "once the faults end, what is due happens and the lines move",
    "I14": "no clock turns the log or an order around",
    "I17": "nobody does what the own role does not allow",
    "I18": "the board is what the log says",
    "I19": "the product never breaks a rule of its own",
}


class Broken(BaseException):
    """Which promise, and what was seen.

    No ordinary exception: the desk catches those, as it should, and would go on.
    """

    def __init__(self, promise: str, told: str) -> None:
        super().__init__(f"{promise} ({PROMISES[promise]}): {told}")
        self.promise = promise


def hold(promise: str, true: object, *told: object) -> None:
    """Complain unless it is true."""
    if not true:
        raise Broken(promise, " ".join(str(part) for part in told))
