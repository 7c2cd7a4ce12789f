"""The four sentences of the regulation beside a booking form."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.regulation.published import is_ours
from kezek.domain.kernel.instant import HOUR
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names


@dataclass(frozen=True, slots=True)
class RuleSentences:
    """The regulation in the four sentences beside the form."""

    code: str
    authority: str
    late_hours: int | None
    late_is_ours: bool


def rules_of(regulation: Regulation, lang: str) -> RuleSentences:
    """What the four sentences need."""
    return RuleSentences(
        code=regulation.id,
        authority=names.country(regulation.country, lang),
        late_hours=regulation.keeps_place_for // HOUR,
        late_is_ours=is_ours(regulation, "keeps_place_minutes"),
    )
