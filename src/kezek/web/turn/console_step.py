"""An officer's steps: each is one POST, one command, and a sentence that says what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from kezek.app.account.access import Person
from kezek.app.booking.find import with_code
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.desk.batch import Done
from kezek.app.turn.view.undo import moved_on
from kezek.domain.booking.book import Vehicle
from kezek.domain.booking.booking import Booking
from kezek.domain.booking.change import Cancel, ChangeCause
from kezek.domain.booking.release import Release
from kezek.domain.booking.status import Status
from kezek.domain.booking.transition import Verb
from kezek.domain.decide import Command
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.turn.approve import Approve, Propose, Refuse
from kezek.domain.turn.arrive import Arrive, WalkIn
from kezek.domain.turn.call import Call
from kezek.domain.turn.gate import Admit, Cross, Miss, TurnBack
from kezek.domain.turn.undo import Undo
from kezek.i18n import names
from kezek.i18n.mark import translatable as t
from kezek.i18n.say.place import line_name
from kezek.i18n.times import hour
from kezek.web.frame.format import local, zone_of
from kezek.web.frame.forms import most
from kezek.web.frame.page_context import PageContext, PageRequest, visit
from kezek.web.frame.page_error import PageError
from kezek.web.submit.retry_page import ask
from kezek.web.submit.submit import field_errors, said, why_not
from kezek.web.turn.console import officer_at, show_console
from kezek.web.vehicle.vehicle_fields import understood

_WALK_IN_FIELDS = frozenset({"country", "plate", "phone", "driver"})
_UNDONE: Mapping[str, str] = {
    Verb.ARRIVE: t("The arrival of %(code)s is undone."),
    Verb.CALL: t("The call of %(code)s is undone: it is in line again."),
    Verb.MISS: t("The missed call of %(code)s is undone: it is called again."),
    Verb.ADMIT: t("The admission of %(code)s is undone."),
    Verb.CROSS: t("The crossing of %(code)s is undone: it is at the gate again."),
    Verb.TURN_BACK: t("The turning back of %(code)s is undone."),
}
_NO_CODE = t("No truck in this line has the code %(code)s. Nothing was done.")


class _PressedButton(msgspec.Struct, frozen=True):
    """`made` says of a call out of turn that it stands already; `event` is the step to be undone."""

    booking: int | None = None
    reason: Annotated[str, most(40)] = ""
    step: Annotated[str, most(20)] = ""
    despite_closure: Annotated[str, most(1)] = ""
    made: Annotated[str, most(1)] = ""
    event: int | None = None
    code: Annotated[str, most(8)] = ""


class _Joining(msgspec.Struct, frozen=True):
    """A truck without a booking."""

    country: Annotated[str, most(20)] = ""
    plate: Annotated[str, most(64)] = ""
    phone: Annotated[str, most(64)] = ""
    driver: Annotated[str, most(120)] = ""


class ConsoleStep:
    """One pressed button: who pressed it, where, and the form that came with it."""

    def __init__(self, here: PageContext, person: Person, at_post: ServedLine) -> None:
        self.here, self.sent, self.post = here, here.form.read(_PressedButton), at_post
        self.actor, self.line, self.key = person.actor, at_post.line, here.form.key
        self.zone = zone_of(at_post)

    @property
    def number(self) -> int:
        """The booking that the button belongs to."""
        if self.sent.booking is None:
            raise PageError("malformed")
        return self.sent.booking

    @property
    def cause(self) -> str:
        return self.sent.reason

    @property
    def step(self) -> str:
        """The step that is proposed, approved or refused."""
        return self.sent.step

    @property
    def despite_closure(self) -> bool:
        """Whether the officer confirmed that the closure of the day is known."""
        return self.sent.despite_closure == "1"

    def elsewhere(self) -> Refused | None:
        """A booking of another line is none for this console."""
        booking = self.here.application.store.reader.get(Booking, self.number)
        if booking is None or booking.line != self.line.id:
            return Refused(Reason.BOOKING_UNKNOWN, {"number": self.number, "line": self.line.id})
        return None

    def moved_on(self) -> Refused | None:
        """Undo takes back the step that the page showed."""
        reader = self.here.application.store.reader
        return moved_on(reader, self.number, self.sent.event)

    def say(self, text: str, **facts: object) -> str:
        return self.here.words.say(text, **facts)

    def clock(self, outcome: Mapping[str, object], name: str) -> str:
        """An instant of the outcome as the post's clock shows it."""
        instant = outcome[name]
        assert isinstance(instant, int), "an instant is a number"
        return hour(local(instant, self.zone))


Make = Callable[[ConsoleStep], Command]
Tell = Callable[[ConsoleStep, Done, str], str]


def _arrived(step: ConsoleStep, _done: Done, code: str) -> str:
    view = step.here.application.tickets.view(step.number, step.here.application.now())
    place = view.place if view else None
    if place is None:
        return step.say(t("%(code)s has arrived."), code=code)
    return step.say(
        t("%(code)s has arrived and stands at place %(place)s."), code=code, place=place
    )


def _called(step: ConsoleStep, done: Done, code: str) -> str:
    by = step.clock(done.outcome, "until")
    if done.outcome.get("exception") == "awaiting":
        return step.say(
            t(
                "%(code)s is called out of turn and must be at the gate by %(hour)s. The "
                "call awaits its second approval."
            ),
            code=code,
            hour=by,
        )
    if done.outcome.get("exception") == "approved":
        return step.say(
            t(
                "%(code)s is called out of turn and must be at the gate by %(hour)s. Two "
                "people agreed."
            ),
            code=code,
            hour=by,
        )
    if done.outcome.get("proposal") == "ended":
        return step.say(
            t(
                "%(code)s is called in its turn and must be at the gate by %(hour)s. The proposed "
                "call out of turn is no longer needed and is closed."
            ),
            code=code,
            hour=by,
        )
    return step.say(
        t("%(code)s is called and must be at the gate by %(hour)s."), code=code, hour=by
    )


def _missed(step: ConsoleStep, done: Done, code: str) -> str:
    if done.outcome["status"] == Status.ARRIVED:
        return step.say(
            t("%(code)s missed its call and is now behind the current hour."), code=code
        )
    return step.say(t("%(code)s missed its last call. Its booking has ended."), code=code)


def _approved(step: ConsoleStep, done: Done, code: str) -> str:
    verb = done.outcome.get("verb")
    if verb == Verb.MISS:
        return _missed(step, done, code)
    if verb == Verb.TURN_BACK:
        return step.say(t("%(code)s is turned back. Two people agreed."), code=code)
    if verb == Verb.CANCEL:
        return step.say(t("The booking of %(code)s is cancelled. Two people agreed."), code=code)
    return step.say(t("The call of %(code)s out of turn is approved."), code=code)


def _proposed(step: ConsoleStep, _done: Done, code: str) -> str:
    return step.say(
        t("The proposal for %(code)s is on the list. A second person must answer it."), code=code
    )


def _refused(step: ConsoleStep, _done: Done, code: str) -> str:
    if step.step == Verb.CALL and step.sent.made:
        return step.say(
            t("The call of %(code)s out of turn is refused. It is counted as refused."), code=code
        )
    return step.say(t("The proposal for %(code)s is refused. Nothing has changed."), code=code)


def _undone(step: ConsoleStep, done: Done, code: str) -> str:
    return step.say(_UNDONE[str(done.outcome["undone"])], code=code)


def _turned_back(step: ConsoleStep, _done: Done, code: str) -> str:
    cause = names.cause(step.cause, step.here.lang)
    return step.say(t("%(code)s is turned back: %(cause)s."), code=code, cause=cause)


def _plain(text: str) -> Tell:
    return lambda step, _done, code: step.say(text, code=code)


STEPS: Mapping[str, tuple[Make, Tell]] = {
    "arrive": (lambda s: Arrive(s.key, s.actor, s.number, s.line.id), _arrived),
    "call": (
        lambda s: Call(s.key, s.actor, s.line.id, s.number, despite_closure=s.despite_closure),
        _called,
    ),
    "mistake": (
        lambda s: Cancel(
            s.key, s.actor, s.number, s.here.application.delay(), ChangeCause.BOOKED_BY_MISTAKE
        ),
        _plain(t("%(code)s is removed from the queue: it was taken by mistake.")),
    ),
    "admit": (
        lambda s: Admit(s.key, s.actor, s.number),
        _plain(t("%(code)s is admitted at the gate.")),
    ),
    "cross": (lambda s: Cross(s.key, s.actor, s.number), _plain(t("%(code)s has crossed."))),
    "turn-back": (lambda s: TurnBack(s.key, s.actor, s.number, s.cause), _turned_back),
    "miss": (lambda s: Miss(s.key, s.actor, s.number), _missed),
    "release": (
        lambda s: Release(s.key, s.actor, s.number, s.cause, s.here.application.delay()),
        _plain(t("%(code)s is released. The owner can book the truck now. The case was counted.")),
    ),
    "propose": (lambda s: Propose(s.key, s.actor, s.number, s.step, s.cause), _proposed),
    "approve": (
        lambda s: Approve(s.key, s.actor, s.number, verb=s.step, delay=s.here.application.delay()),
        _approved,
    ),
    "refuse": (lambda s: Refuse(s.key, s.actor, s.number, s.cause, s.step), _refused),
    "undo": (lambda s: Undo(s.key, s.actor, s.number), _undone),
}


@post("/console/{checkpoint:str}/{verb:str}")
async def step(
    request: PageRequest, checkpoint: FromPath[str], verb: FromPath[str]
) -> Response[bytes]:
    """Do it, or say why not; then back to the console as it is now."""
    here = visit(request)
    person, at_post = officer_at(request, checkpoint)
    pressed = ConsoleStep(here, person, at_post)
    if verb == "walk-in":
        return await _walk_in(request, person, pressed)
    if verb == "out-of-turn":
        return await _out_of_turn(request, pressed)
    if verb not in STEPS:
        raise PageError("not_found")
    make, tell = STEPS[verb]
    refused = pressed.elsewhere() or (pressed.moved_on() if verb == "undo" else None)
    if refused is not None:
        return _no(request, pressed, refused, _code(pressed))
    return await _do(request, pressed, make(pressed), tell, _code(pressed))


def _code(pressed: ConsoleStep) -> str:
    booking = pressed.here.application.store.reader.get(Booking, pressed.number)
    return booking.code if booking else "–"


async def _do(
    request: PageRequest, pressed: ConsoleStep, command: Command, tell: Tell, code: str
) -> Response[bytes]:
    answer = await ask(pressed.here, command)
    if isinstance(answer, Refused):
        return _no(request, pressed, answer, code)
    return said(request, pressed.here, _console(pressed), "done", tell(pressed, answer, code))


def _console(pressed: ConsoleStep) -> str:
    return f"/console/{pressed.post.place}"


def _no(request: PageRequest, pressed: ConsoleStep, refused: Refused, code: str) -> Response[bytes]:
    text = why_not(pressed.here, refused, pressed.zone, code)
    return said(request, pressed.here, _console(pressed), "stop", text)


async def _walk_in(request: PageRequest, person: Person, pressed: ConsoleStep) -> Response[bytes]:
    values = msgspec.structs.asdict(pressed.here.form.read(_Joining))
    values["country"] = values["country"].upper()
    named = tuple(filter(None, [values["driver"]]))
    truck = Vehicle(values["country"], values["plate"], phone=values["phone"], drivers=named)
    knows = pressed.despite_closure
    wish = WalkIn(pressed.key, pressed.actor, pressed.line.id, truck, despite_closure=knows)
    answer = await ask(pressed.here, wish)
    if isinstance(answer, Refused):
        errors, q = field_errors(pressed.here, answer, pressed.zone, _WALK_IN_FIELDS), ""
        holder = _holder(pressed, answer)
        if holder is not None:
            errors = {"plate": _booked(pressed, holder)}
            # Booked here, it is found as if its code had been looked for: to be taken or released.
            q = holder.code if holder.line == pressed.line.id else ""
        return show_console(request, person, pressed.post, q=q, values=values, errors=errors)
    code = str(answer.outcome["code"])
    text = pressed.say(
        t("%(code)s joined the line as a walk-in. Tell the driver this code."), code=code
    )
    here = pressed.here
    text = f"{text} {understood(truck, here.application.rules.known, here.words)}".rstrip()
    # The truck just taken is shown, because its driver is at the window.
    return said(request, pressed.here, _console(pressed), "done", text, q=code)


def _holder(pressed: ConsoleStep, refused: Refused) -> Booking | None:
    """The booking that keeps a truck from joining as a walk-in."""
    number = refused.facts.get("number")
    if refused.reason is not Reason.VEHICLE_BOOKED or not isinstance(number, int):
        return None
    return pressed.here.application.store.reader.get(Booking, number)


def _booked(pressed: ConsoleStep, holder: Booking) -> str:
    """What to do about a walk-in that has a booking: said to the officer, not to the driver."""
    if holder.line == pressed.line.id:
        return pressed.say(
            t(
                "This truck is booked here as %(code)s. It is shown above: take it or release it there."
            ),
            code=holder.code,
        )
    post = pressed.here.application.network.of_line(holder.line)
    assert post is not None, "a booking stands in a line that exists"
    return pressed.say(
        t(
            "This truck is booked at %(post)s. The officers there can release it "
            "when they see its papers."
        ),
        post=line_name(post, pressed.here.lang),
    )


async def _out_of_turn(request: PageRequest, pressed: ConsoleStep) -> Response[bytes]:
    """By the code on the driver's ticket: nobody goes out of turn by a slip of the hand."""
    code = pressed.sent.code.upper()
    number = _in_line(pressed, code)
    if number is None:
        text = pressed.say(_NO_CODE, code=code)
        return said(request, pressed.here, _console(pressed), "stop", text)
    actor, key = pressed.actor, pressed.key
    if pressed.sent.step == "propose":
        proposal = Propose(key, actor, number, Verb.CALL, pressed.cause)
        return await _do(request, pressed, proposal, _proposed, code)
    knows = pressed.despite_closure
    call = Call(key, actor, pressed.line.id, number, pressed.cause, despite_closure=knows)
    return await _do(request, pressed, call, _called, code)


def _in_line(pressed: ConsoleStep, code: str) -> int | None:
    """The newest booking of the line with this code that has not ended."""
    found = with_code(pressed.here.application.store.reader, code)
    rows = [b for b in found if b.line == pressed.line.id]
    live = [b.number for b in rows if b.ended_at is None]
    return max(live or [b.number for b in rows], default=None)


HANDLERS = (step,)
