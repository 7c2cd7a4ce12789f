"""A state's post at a crossing, and the lines that lead through it."""

from __future__ import annotations

from kezek.domain.kernel.value import value


@value(frozen=True, slots=True)
class Checkpoint:
    """What is published about a post.  None is unknown, and pages say so."""

    id: str
    country: str
    zone: str
    name_en: str
    name_ru: str
    name_kk: str | None
    neighbour: str
    opposite_en: str | None
    opposite_ru: str | None
    region: str | None
    opening_hours: str | None
    lanes: str | None
    lat: float | None
    lon: float | None
    coord_of: str | None
    coord_confidence: str | None
    e_queue: str | None
    source: str
    confidence: str
    notes: str | None

    @property
    def key(self) -> str:
        return self.id


@value(frozen=True, slots=True)
class Line:
    """An ordered queue at a checkpoint in one direction.

    `cursor` is the place in the regulation's interleave from which the next call is looked for.
    `basis` says where the capacity comes from: the board, or ours.
    """

    id: str
    checkpoint: str
    direction: str
    authority: str
    regulation: str
    zone: str
    basis: str
    cursor: int

    @property
    def key(self) -> str:
        return self.id
