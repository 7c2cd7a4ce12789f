"""The words for what the code names: statuses, verbs, classes, states, events, roles, causes.

Statuses are worded as drivers know them from CarGoRuqsat where it has a word.
"""

from __future__ import annotations

from collections.abc import Mapping

from kezek.domain.account.actor import Role
from kezek.domain.booking.change import ChangeCause
from kezek.domain.booking.release import ReleaseCause
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.kernel.event import EventKind
from kezek.domain.kernel.keyboard import Layout
from kezek.domain.turn.approve import RefusalCause
from kezek.domain.turn.call import ExceptionCause
from kezek.domain.turn.gate import MissCause, TurnBackCause
from kezek.i18n.catalogue import SOURCE, words
from kezek.i18n.mark import translatable as t

STATUSES: Mapping[str, str] = {
    Status.NONE: t("not booked"),
    Status.CONFIRMED: t("Booked"),
    Status.LATE: t("Late"),
    Status.DISPLACED: t("Needs a new time"),
    Status.ARRIVED: t("In line"),
    Status.CALLED: t("Called"),
    Status.ADMITTED: t("At the gate"),
    Status.CROSSED: t("Crossed"),
    Status.CANCELLED: t("Cancelled"),
    Status.NO_SHOW: t("Did not come"),
    Status.TURNED_BACK: t("Turned back"),
    Status.RELEASED: t("Annulled"),
}

DIRECTIONS: Mapping[str, str] = {"exit": t("exit"), "entry": t("entry")}

VERBS: Mapping[str, str] = {
    Verb.BOOK: t("book"),
    Verb.WALK_IN: t("take as a walk-in"),
    Verb.MOVE: t("move"),
    Verb.CANCEL: t("cancel"),
    Verb.ADD_DRIVER: t("add a driver"),
    Verb.ARRIVE: t("record the arrival"),
    Verb.CALL: t("call to the gate"),
    Verb.ACKNOWLEDGE: t("answer the call"),
    Verb.MISS: t("record a missed call"),
    Verb.ADMIT: t("admit at the gate"),
    Verb.CROSS: t("record the crossing"),
    Verb.TURN_BACK: t("turn back"),
    Verb.RELEASE: t("free the truck"),
    Verb.DISPLACE: t("take the time away"),
    Verb.LAPSE: t("end by time"),
    Verb.UNDO: t("undo"),
    Verb.PROPOSE: t("propose"),
    Verb.APPROVE: t("approve"),
    Verb.REFUSE: t("refuse"),
}

# The classes of the shipped rule sets; another has the label that its file gives.
CLASSES: Mapping[str, str] = {
    "in_turn": t("in turn"),
    "priority": t("priority"),
    "postal": t("postal"),
    "accelerated": t("accelerated"),
    "walk_in": t("walk-in"),
}

STATES: Mapping[str, str] = {
    "open": t("Open"),
    "full": t("Full"),
    "closed": t("Closed"),
    "no_line": t("No queue"),
}

EVENTS: Mapping[str, str] = {
    EventKind.CONFIRMED: t("booked"),
    EventKind.WALKED_IN: t("joined as a walk-in"),
    EventKind.MOVED: t("moved to another time"),
    EventKind.CANCELLED: t("cancelled"),
    EventKind.DRIVER_ADDED: t("driver added"),
    EventKind.ARRIVED: t("arrived"),
    EventKind.CALLED: t("called to the gate"),
    EventKind.CALLED_OUT_OF_TURN: t("called out of turn"),
    EventKind.ACKNOWLEDGED: t("call answered"),
    EventKind.MISSED: t("missed the call"),
    EventKind.ADMITTED: t("admitted at the gate"),
    EventKind.CROSSED: t("crossed the border"),
    EventKind.TURNED_BACK: t("turned back at the checkpoint"),
    EventKind.NOT_SHOWN: t("did not come in time"),
    EventKind.DISPLACED: t("lost its time"),
    EventKind.RELEASED: t("freed: the owner showed the papers"),
    EventKind.PLACE_RETURNED: t("place returned"),
    EventKind.UNDONE: t("last step undone"),
    EventKind.EXCEPTION_APPROVED: t("call out of turn approved"),
    EventKind.EXCEPTION_REFUSED: t("call out of turn refused later"),
    EventKind.PROPOSED: t("proposed to a second person"),
    EventKind.PROPOSAL_REFUSED: t("proposal refused"),
    EventKind.SET_ASIDE: t("place taken away, two people agreed"),
    EventKind.CAPACITY_SET: t("capacity set"),
    EventKind.DAY_CLOSED: t("day closed"),
    EventKind.DAY_OPENED: t("day opened"),
    EventKind.LINE_OPENED: t("queue opened"),
    EventKind.CALENDAR_EXTENDED: t("calendar extended"),
    EventKind.NETWORK_LOADED: t("network loaded"),
    EventKind.ACCOUNT_ADDED: t("account added"),
    EventKind.ACCOUNT_CLOSED: t("account closed"),
    EventKind.PASSWORD_SET: t("password set"),
    EventKind.GRANTED: t("role given"),
    EventKind.GRANT_WITHDRAWN: t("role withdrawn"),
    EventKind.API_KEY_ISSUED: t("API key issued"),
    EventKind.API_KEY_REVOKED: t("API key revoked"),
    EventKind.CARRIER_CONFIRMED: t("carrier confirmed"),
    EventKind.GARAGE_CHANGED: t("garage changed"),
    EventKind.LOG_CONTINUED: t("log continued after a loss"),
}

ROLES: Mapping[str, str] = {
    Role.READER: t("read only"),
    Role.CARRIER: t("carrier"),
    Role.CLERK: t("clerk"),
    Role.OFFICER: t("officer"),
    Role.SUPERVISOR: t("supervisor"),
    Role.AGENCY: t("agency"),
    Role.ADMINISTRATOR: t("administrator"),
    Role.DEMONSTRATOR: t("demonstration"),
}

CAUSES: Mapping[str, str] = {
    ExceptionCause.PERISHABLE: t("perishable goods"),
    ExceptionCause.LIVE_ANIMALS: t("live animals"),
    ExceptionCause.DANGEROUS_GOODS: t("dangerous goods"),
    ExceptionCause.MEDICAL: t("medical need"),
    ExceptionCause.HUMANITARIAN: t("humanitarian goods"),
    ExceptionCause.STATE_ORDER: t("order of a state body"),
    ExceptionCause.WRONGED: t("passed over by mistake"),
    TurnBackCause.PAPERS: t("papers are missing or wrong"),
    TurnBackCause.GOODS: t("the goods may not pass"),
    TurnBackCause.VEHICLE: t("the vehicle may not pass"),
    TurnBackCause.FALSE_DETAILS: t("false details in the booking"),
    TurnBackCause.OTHER_SIDE: t("the other country does not let it in"),
    TurnBackCause.OWN_WISH: t("at the driver's request"),
    MissCause.DRIVER_GONE: t("the driver is not at the waiting area"),
    MissCause.DRIVER_REFUSES: t("the driver does not want to go now"),
    RefusalCause.NOT_PROVEN: t("no document shows the reason"),
    RefusalCause.NOT_FOUNDED: t("the reason is not sufficient"),
    RefusalCause.NO_LONGER_NEEDED: t("no longer needed"),
    RefusalCause.BY_MISTAKE: t("proposed by mistake"),
    ReleaseCause.REGISTRATION_SHOWN: t("registration papers were shown"),
    ReleaseCause.SOLD_VEHICLE: t("the vehicle was sold"),
    ReleaseCause.FALSE_PLATE: t("booked under a false plate"),
    # Missing papers have one word, whatever step they stop: `papers` stands above.
    ChangeCause.ASKED_BY_DRIVER: t("the driver asked for it"),
    ChangeCause.BREAKDOWN: t("the truck has broken down"),
    ChangeCause.BOOKED_BY_MISTAKE: t("booked by mistake"),
}

# Reasons that come from a file have a code; an agency writes its own in words.
REASONS: Mapping[str, str] = {"day_off": t("holiday on the published board")}

# Why the twin says nothing of a line.
_SILENT = t("No forecast: the simulation does not answer.")
NO_BASIS: Mapping[str, str] = {
    "": "",
    "nobody_called": t("No forecast: nobody has been called here lately."),
    "nobody_crossed": t("No forecast: no truck has crossed here lately."),
    "planner_off": t("No forecast: it is switched off on this server."),
    "planner_starting": t("No forecast yet: the simulation is starting."),
    "planner_ready": t("No forecast yet: this line has not been calculated yet."),
    "planner_down": _SILENT,
    "planner_slow": _SILENT,
    "planner_busy": _SILENT,
    "planner_stumbled": _SILENT,
}

LAYOUTS: Mapping[str, str] = {
    Layout.RUSSIAN: t("Russian"),
    Layout.KAZAKH: t("Kazakh"),
    Layout.UKRAINIAN: t("Ukrainian"),
    Layout.GERMAN: t("German"),
    Layout.FRENCH: t("French"),
    Layout.TURKISH: t("Turkish"),
}

FEE_UNITS: Mapping[str, str] = {"MRP": t("MRP")}


def _word(table: Mapping[str, str], code: str, lang: str) -> str:
    """The word for a code; a code without one is shown as it is rather than lost."""
    found = table.get(code)
    return code if found is None else words(lang).gettext(found)


def status(code: str, lang: str) -> str:
    return _word(STATUSES, code, lang)


def verb(code: str, lang: str) -> str:
    return _word(VERBS, code, lang)


# What rule sets call classes that no catalogue knows: labels by class and language.
_LABELS: dict[str, Mapping[str, str]] = {}


def learn_classes(labels: Mapping[str, Mapping[str, str]]) -> None:
    """Take in the labels of an installation's rule sets, when it is put together."""
    _LABELS.update(labels)


def vehicle_class(code: str, lang: str) -> str:
    """The word for a class; else its label in the language or in English; else its name."""
    if code in CLASSES:
        return _word(CLASSES, code, lang)
    labels = _LABELS.get(code, {})
    return labels.get(lang) or labels.get(SOURCE) or code


def state(code: str, lang: str) -> str:
    """The state of a post on the board."""
    return _word(STATES, code, lang)


def event(code: str, lang: str) -> str:
    return _word(EVENTS, code, lang)


def role(code: str, lang: str) -> str:
    return _word(ROLES, code, lang)


def cause(code: str, lang: str) -> str:
    """Why somebody went out of turn, was turned back, or lost a booking to the papers' owner."""
    return _word(CAUSES, code, lang)


def reason(text: str, lang: str) -> str:
    """Why a day is closed: the words of a code, or what the agency wrote."""
    return _word(REASONS, text, lang)


def no_basis(code: str, lang: str) -> str:
    """Why there is no forecast, as a sentence; empty where there is one."""
    return _word(NO_BASIS, code, lang) if code else ""


def fee_unit(code: str, lang: str) -> str:
    """The unit in which a law states fees."""
    return _word(FEE_UNITS, code, lang)


def layout(code: str, lang: str) -> str:
    """A keyboard layout by its name in the settings of a computer; empty for none."""
    return _word(LAYOUTS, code, lang) if code else ""


def direction(code: str, further: str, lang: str) -> str:
    """The direction of a line; `further` tells it from others that way, empty for the first."""
    word = words(lang).gettext(DIRECTIONS[code]) if code in DIRECTIONS else code
    return f"{word} ({further})" if further else word


def country(code: str, lang: str) -> str:
    """The name of a country; the Caspian ferry leads to several at once."""
    if code in NAMED:
        return words(lang).gettext(NAMED[code])
    return str(words(lang).locale.territories.get(code, code))


# What the shared table of territories lacks, or does not say as the country itself does.
NAMED: Mapping[str, str] = {"SEA": t("Caspian Sea, ferry"), "KG": t("Kyrgyzstan")}
