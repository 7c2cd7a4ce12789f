"""The rows of build/bench.json: what is measured, what it should be, and what it was.

A later benchmark appends rows of its own names; rows of the same name are replaced.
"""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Aim:
    """A target: `least` or `most` of the unit; None is measured without one."""

    name: str
    unit: str
    least: float | None = None
    most: float | None = None

    @property
    def target(self) -> float | None:
        return self.least if self.least is not None else self.most

    def met(self, value: float) -> bool | None:
        if self.least is not None:
            return value >= self.least
        return None if self.most is None else value <= self.most


class Rows:
    """Values of many runs; medians at the end."""

    def __init__(self) -> None:
        self.aims: dict[str, Aim] = {}
        self.values: dict[str, list[float]] = defaultdict(list)
        self.references: dict[str, list[float]] = defaultdict(list)

    def add(self, aim: Aim, value: float, reference: float | None = None) -> None:
        """One run's value, and what it is held against in the same run."""
        self.aims[aim.name] = aim
        self.values[aim.name].append(value)
        if reference is not None:
            self.references[aim.name].append(reference)

    def table(self) -> list[dict[str, Any]]:
        return [self._row(aim) for aim in self.aims.values()]

    def _row(self, aim: Aim) -> dict[str, Any]:
        value = statistics.median(self.values[aim.name])
        references = self.references[aim.name]
        # The ratio is the median of the runs' own ratios: a slow minute of the machine hits both.
        pairs = zip(self.values[aim.name], references, strict=True) if references else ()
        ratios = [one / other for one, other in pairs if other]
        return {
            "name": aim.name,
            "value": rounded(value),
            "unit": aim.unit,
            "target": aim.target,
            "met": aim.met(value),
            "reference": rounded(statistics.median(references)) if references else None,
            "ratio": round(statistics.median(ratios), 3) if ratios else None,
        }


def rounded(value: float) -> float:
    return round(value) if value >= 100 else round(value, 2)


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Replace the rows of these names, keep those of other benchmarks."""
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    names = {row["name"] for row in rows}
    kept = [row for row in kept if row["name"] not in names]
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps([*kept, *rows], indent=1, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def shown(rows: list[dict[str, Any]]) -> str:
    """The rows as a table for people."""
    marks = {True: "met", False: "MISSED", None: ""}
    lines = [("what", "value", "unit", "target", "", "reference", "ratio")]
    lines += [
        (
            row["name"],
            f"{row['value']:,}",
            row["unit"],
            "" if row["target"] is None else f"{row['target']:,}",
            marks[row["met"]],
            "" if row["reference"] is None else f"{row['reference']:,}",
            "" if row["ratio"] is None else f"{row['ratio']}",
        )
        for row in rows
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in (0, 2, 4) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
