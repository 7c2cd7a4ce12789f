"""Who may do what, as published: judged from the log's own words and the table of people."""

from __future__ import annotations

from tests.rehearsal.judge.law import LAW
from tests.rehearsal.people import scene
from tests.world import ADMIN, PEOPLE, STAFFED

GATE = {"officer", "supervisor"}
DESK = {"clerk", "officer", "supervisor", "agency"}
CHARGE = {"supervisor", "agency"}
BOOKS = {"carrier", "clerk", "officer", "supervisor", "agency", "demonstrator"}

LABELS = {f"account:{PEOPLE[label].account}": label for label in STAFFED}
LABELS[f"account:{ADMIN.account}"] = "admin"
LABELS[f"account:{scene.NEWCOMER.account}"] = "newcomer"
GRANTS = {label: (role.value, place) for label, (role, place) in STAFFED.items()}
GRANTS |= {"admin": ("administrator", "*"), "newcomer": ("carrier", "*")}

AT_THE_GATE = {
    "arrived", "called", "called_out_of_turn", "admitted", "crossed", "undone",
}  # fmt: skip
# What two people agree to happens with the word of the second, who may be in charge of the post.
BY_TWO = {
    "missed", "not_shown", "turned_back", "proposed", "proposal_refused", "set_aside",
    "exception_approved", "exception_refused",
}  # fmt: skip
CALENDAR = {"capacity_set", "day_closed", "day_opened"}
BY_TIME = {"missed", "not_shown", "cancelled", "place_returned", "calendar_extended"}


def has(actor: str, roles: set[str], line: str, *, authority: bool = True) -> bool:
    """Whether the log's actor holds one of the roles at the line's post, or over its authority."""
    role, place = GRANTS.get(LABELS.get(actor, ""), ("", ""))
    law = LAW[line]
    places = {"*", law["post"]} | ({law["authority"]} if authority else set())
    return role in roles and place in places


def may(
    actor: str, kind: str, line: str, *, holder: int, vehicle_class: str, by_ticket: bool
) -> bool:
    """Whether this actor may have brought about this event."""
    if actor == "timer":
        return kind in BY_TIME
    if kind == "carrier_confirmed":
        return GRANTS.get(LABELS.get(actor, ""), ("", ""))[0] in {"agency", "administrator"}
    if kind in AT_THE_GATE:
        return has(actor, GATE, line, authority=False)
    if kind in CALENDAR or kind == "displaced":
        return has(actor, {"agency"}, line)
    if kind == "walked_in":
        return has(actor, DESK | {"demonstrator"}, line)
    if kind == "released":
        return has(actor, CHARGE, line) or has(actor, GATE, line, authority=False)
    if kind in BY_TWO:
        return has(actor, CHARGE, line) or has(actor, GATE, line, authority=False)
    if kind == "confirmed":
        return vehicle_class not in LAW[line]["for_staff"] or has(actor, DESK, line)
    if kind in ("moved", "cancelled", "driver_added"):
        own = holder != 0 and actor == f"account:{holder}" and has(actor, BOOKS, line)
        return own or by_ticket or has(actor, DESK, line)
    return False
