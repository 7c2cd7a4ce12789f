"""How a value is declared: a frozen dataclass with slots.

That nobody assigns to a field is proved by the type checker and not looked after at run time: the
standard library's frozen class sets every field of a new value by a call, which costs a booking a tenth
of its time (docs/speed.md).  Otherwise it is that class: values compare and hash by their fields.
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
    """A field that a later release gave to a command.

    A request that leaves it at its default is the request of the release before, so a key that was
    answered before the upgrade is answered the same after it.
    """
    return field(default=default, metadata={"added": True})


__all__ = ["added", "value"]
