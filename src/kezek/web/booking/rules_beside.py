"""The four sentences of the regulation beside a booking form."""

from __future__ import annotations

from dataclasses import dataclass

from kezek.app.regulation.published import is_ours
from kezek.domain.regulation.regulation import Regulation
from kezek.i18n import names
from kezek.i18n.catalogue import Words
from kezek.web.regulation.regulation import span


@dataclass(frozen=True, slots=True)
class RuleSentences:
    """The regulation in the four sentences beside the form.  A late truck keeps its place for `late`."""

    code: str
    authority: str
    late: str
    late_is_ours: bool


def rules_of(regulation: Regulation, say: Words) -> RuleSentences:
    """What the four sentences need."""
    return RuleSentences(
        code=regulation.id,
        authority=names.country(regulation.country, say.lang),
        late=span(regulation.keeps_place_for, say),
        late_is_ours=is_ours(regulation, "keeps_place_minutes"),
    )
