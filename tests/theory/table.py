"""docs/conformance.md: the table of what is known exactly and what was simulated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.theory.conformance import ERROR_MAX, LEVEL, REPLICATIONS, SEED, Judged, threshold

PAGE = Path(__file__).parents[2] / "docs" / "conformance.md"
BEGIN, END = "<!-- table -->", "<!-- end of table -->"

HEAD = (
    "| model | figure | exact, by | simulated | standard error | apart, in errors | customers "
    "| seconds |\n"
    "|---|---|---|---|---|---|---|---|"
)


def line(row: Judged) -> str:
    """A row of the table up to the seconds, which no machine repeats."""
    return (
        f"| {row.case.name} | {row.figure.replace('_s', '', 1)} | {row.exact:.6g}, {row.case.source} "
        f"| {row.mean:.6g} | {row.error / row.exact:.3%} | {row.apart:+.2f} | {row.customers:,} |"
    )


def table(rows: Sequence[Judged]) -> str:
    said = (
        f"Seed {SEED}, {REPLICATIONS} replications each. {len(rows)} comparisons: none may be further "
        f"apart than {threshold():.2f} standard errors, which happens to a right simulator in one table "
        f"of {1 / LEVEL:.0f}; no standard error may be larger than {ERROR_MAX:.1%}."
    )
    lines = "\n".join(f"{line(row)} {row.seconds:.1f} |" for row in rows)
    return f"{said}\n\n{HEAD}\n{lines}"


def write(rows: Sequence[Judged]) -> None:
    """Put the table into the page, between its marks."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{table(rows)}\n{END}{after}", encoding="utf-8")
