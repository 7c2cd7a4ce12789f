"""Faults of a scenario, with file, line and field."""

from __future__ import annotations

from collections.abc import Sequence

from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class ScenarioProblem:
    """One fault: `field` is a path such as `checkpoint[0].stage[1].lanes`, or empty for the file."""

    file: str
    line: int
    field: str
    sentence: str

    def __str__(self) -> str:
        field = f"{self.field}: " if self.field else ""
        return f"{self.file}:{self.line}: {field}{self.sentence}"


class ScenarioWrong(Exception):
    """The scenario cannot be run.  `problems` are all faults found, in order."""

    permanent = True

    def __init__(self, problems: Sequence[ScenarioProblem]) -> None:
        assert problems, "without a problem there is nothing wrong"
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)
