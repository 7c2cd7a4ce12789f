from __future__ import annotations

from kezek.app.turn.presence import STAYS_MINUTES, Presence
from kezek.domain.kernel.instant import MINUTE


def test_a_person_is_at_a_post_until_some_minutes_after_the_last_request():
    now = 0
    presence = Presence(lambda: now)
    assert not presence.manned()
    presence.note("kz_a")
    now = 2 * MINUTE
    presence.note("kz_b")
    assert presence.manned() == {"kz_a", "kz_b"}
    now = STAYS_MINUTES * MINUTE
    assert presence.manned() == {"kz_b"}
    now += 2 * MINUTE
    assert not presence.manned()
