"""The declaration of values: frozen dataclasses with slots.

The type checker proves that nobody assigns to a field; at run time nothing checks it.  The standard
library's frozen class sets every field of a new value by a call, which costs a booking an eighth of its
time (docs/lab/speed.md).  Otherwise it is that class: values compare and hash by their fields.
"""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as value
else:
    from dataclasses import dataclass

    def value(*, frozen: bool, slots: bool) -> Any:
        """What `@value(frozen=True, slots=True)` does at run time."""
        assert frozen, "a value that changes is none"
        return dataclass(unsafe_hash=True, slots=slots)


def added(default: Any) -> Any:
    """A field that a later release added to a command.

    A command with its default has the same digest as before, so an idempotency key that was answered
    before the upgrade gets the same answer after it.
    """
    return field(default=default, metadata={"added": True})


__all__ = ["added", "value"]
