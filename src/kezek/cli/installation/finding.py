"""One thing that the doctor has looked at."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DoctorFinding:
    """`state` is ok, attention or wrong; `advice` says what to do, empty when nothing."""

    what: str
    state: str
    found: str
    advice: str = ""
