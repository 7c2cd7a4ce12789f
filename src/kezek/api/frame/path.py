"""Where a path leads: a tree of its parts, in which a named part stands for any text."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from kezek.api.frame.operation import ApiRequest, Operation, Reply, StreamedAnswer
from kezek.api.frame.problem import ApiProblem, Raised, Wrong, wrong

Bound: TypeAlias = Callable[[ApiRequest], Awaitable[Reply | StreamedAnswer]]


@dataclass(slots=True)
class PathPart:
    """A part of a path: what may follow it, and the operations that end here."""

    inner: dict[str, PathPart] = field(default_factory=dict)
    named: tuple[str, PathPart] | None = None
    operations: dict[str, tuple[Operation, Bound]] = field(default_factory=dict)

    def add(self, operation: Operation, run: Bound) -> None:
        """Give an operation its place."""
        part = self
        for name in operation.path.strip("/").split("/"):
            if name.startswith("{"):
                part.named = part.named or (name[1:-1], PathPart())
                assert part.named[0] == name[1:-1], "one place of a path has one name"
                part = part.named[1]
            else:
                part = part.inner.setdefault(name, PathPart())
        assert operation.method not in part.operations, "an operation stands once in the table"
        part.operations[operation.method] = (operation, run)

    def find(self, path: str) -> tuple[PathPart, dict[str, str]]:
        """Where a path leads, with the values of its named parts; `not_found` where nowhere."""
        part, named = self, {}
        for name in path.strip("/").split("/"):
            inner = part.inner.get(name)
            if inner is None:
                if part.named is None or not name:
                    raise wrong(Wrong.NOT_FOUND)
                named[part.named[0]], inner = name, part.named[1]
            part = inner
        if not part.operations:
            raise wrong(Wrong.NOT_FOUND)
        return part, named

    def operation(self, method: str) -> tuple[Operation, Bound]:
        """The operation of a method, or `method_not_allowed` with those that are."""
        found = self.operations.get(method)
        if found is None:
            methods = {*self.operations} | ({"HEAD"} if "GET" in self.operations else set())
            allow = ", ".join(sorted(methods))
            header = (b"allow", allow.encode())
            raise Raised(ApiProblem(Wrong.METHOD_NOT_ALLOWED, {"allow": allow}, (header,)))
        return found
