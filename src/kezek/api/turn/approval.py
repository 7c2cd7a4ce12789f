"""Steps that need two people: proposed by one, approved or refused by another, and the list of both."""

from __future__ import annotations

import msgspec

from kezek.api.booking.decision import ONE, decided_reply, done, own_booking
from kezek.api.checkpoint.checkpoint import known_line
from kezek.api.frame.form import Moment, Word, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.api.frame.problem import no
from kezek.app.application import Application
from kezek.app.checkpoint.checkpoint import ServedLine
from kezek.app.checkpoint.right import may_answer_at
from kezek.app.turn.awaited import AwaitedStep, answer_of, awaited_of, may_answer
from kezek.domain.account.actor import Actor
from kezek.domain.kernel.refusal import Reason
from kezek.domain.turn.approve import Approve, Propose, Refuse

_STEPS = "`step` is call (out of turn), miss, turn_back or cancel"


class ProposalRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`step` is call (out of turn), miss, turn_back or cancel; each has its own published causes."""

    step: Word
    cause: Word


class ApprovalRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Without `cause` what waits for a second person is approved; `step` names which, where two wait.

    With `cause` a call out of turn is proposed, as `/bookings/{number}/proposal` does too.
    """

    cause: Word | None = None
    step: Word | None = None


class RefusalRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """`cause` is not_proven, not_founded, no_longer_needed or by_mistake; `step` as for an approval."""

    cause: Word
    step: Word | None = None


class ExceptionResponse(msgspec.Struct, frozen=True):
    """`exception` is proposed, approved or refused; `status` is told where an approval changed it."""

    number: int
    exception: str
    status: str | None = None


class AwaitedStepResponse(msgspec.Struct, frozen=True):
    """A step that waits for a second person.

    `made` says that it has happened already, as a call out of turn has; otherwise it is only proposed.
    `by` is the account that asked.  `may_answer` says whether this key may be the second person: approve
    or refuse the step.  `answer` is how it agrees: `approve`, or `call` for a proposed call, which an
    officer agrees to by making it at `/calls`; empty where the key cannot agree, or not yet.
    """

    number: int
    code: str
    status: str
    step: str
    cause: str
    by: int
    since: Moment
    made: bool
    may_answer: bool
    answer: str


class AwaitedStepList(msgspec.Struct, frozen=True):
    """The oldest first."""

    as_of: Moment
    items: list[AwaitedStepResponse]


class Approvals:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def list(self, request: ApiRequest) -> Reply:
        application, now = self._application, self._application.now()
        served = known_line(application.network, request.path["checkpoint"])
        if not may_answer_at(request.actor, served.line):
            raise no(Reason.NOT_ALLOWED, checkpoint=served.checkpoint.id)
        asked = awaited_of(application.store.reader, served, now)
        items = [_awaited_step(one, request.actor, served) for one in asked]
        return answer(AwaitedStepList(utc(now), items))

    async def propose(self, request: ApiRequest) -> Reply:
        form = request.read(ProposalRequest)
        number = own_booking(self._application, request.actor, request.number()).number
        command = Propose(request.key, request.actor, number, form.step, form.cause)
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, ExceptionResponse), decided)

    async def approve(self, request: ApiRequest) -> Reply:
        form = request.read(ApprovalRequest) if request.body else ApprovalRequest()
        number = own_booking(self._application, request.actor, request.number()).number
        cause, step = form.cause or "", form.step or ""
        command = Approve(
            request.key, request.actor, number, cause, step, self._application.delay()
        )
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, ExceptionResponse), decided)

    async def refuse(self, request: ApiRequest) -> Reply:
        form = request.read(RefusalRequest)
        number = own_booking(self._application, request.actor, request.number()).number
        command = Refuse(request.key, request.actor, number, form.cause, form.step or "")
        decided = await done(self._application, command)
        return decided_reply(msgspec.convert(decided.outcome, ExceptionResponse), decided)


def _awaited_step(one: AwaitedStep, actor: Actor, served: ServedLine) -> AwaitedStepResponse:
    return AwaitedStepResponse(
        number=one.booking.number,
        code=one.booking.code,
        status=one.status,
        step=one.verb,
        cause=one.cause,
        by=one.by,
        since=utc(one.since),
        made=one.made,
        may_answer=may_answer(one, actor, served),
        answer=answer_of(one, actor, served),
    )


OPERATIONS = (
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/approvals",
        name="list_approvals",
        noun="turns",
        summary="What waits for a second person",
        description="Proposals, and calls out of turn that were made and lack their second approval, "
        "for the officers of the checkpoint and for who is in charge of it.",
        run=Approvals.list,
        answer=AwaitedStepList,
        refusals=(Reason.NOT_ALLOWED, Reason.CHECKPOINT_UNKNOWN),
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/proposal",
        name="propose_step",
        noun="bookings",
        summary="Propose a step that needs two people",
        description=f"{_STEPS}. The truck keeps its place until a second person approves. Causes of a "
        "miss are driver_gone, driver_refuses and breakdown; the others are those of the step itself.",
        run=Approvals.propose,
        body=ProposalRequest,
        answer=ExceptionResponse,
        refusals=(*ONE, Reason.REASON_MISSING, Reason.PROPOSED_ALREADY, Reason.CALL_MISSED),
        example={"step": "miss", "cause": "driver_gone"},
        answer_example={"number": 1024, "exception": "proposed", "status": None},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/approval",
        name="approve_exception",
        noun="bookings",
        summary="Approve a step that needs two people",
        description="By another person than the first. A proposed miss, turning back or cancellation "
        "happens with the approval; a proposed call out of turn is made at `/calls`. With a `cause` a "
        "call out of turn is proposed.",
        run=Approvals.approve,
        body=ApprovalRequest,
        body_optional=True,
        answer=ExceptionResponse,
        refusals=(
            *ONE,
            Reason.REASON_MISSING,
            Reason.SAME_APPROVER,
            Reason.NOTHING_TO_APPROVE,
            Reason.PROPOSED_ALREADY,
        ),
        example={"cause": "perishable"},
        answer_example={"number": 1024, "exception": "proposed", "status": None},
    ),
    Operation(
        method="POST",
        path="/bookings/{number}/refusal",
        name="refuse_exception",
        noun="bookings",
        summary="Refuse a step that needs two people",
        description="A proposal is gone; whoever made it may take it back so, too. A call out of turn "
        "that was made stands as refused, and is counted on the public board.",
        run=Approvals.refuse,
        body=RefusalRequest,
        answer=ExceptionResponse,
        refusals=(*ONE, Reason.REASON_MISSING, Reason.SAME_APPROVER, Reason.NOTHING_TO_APPROVE),
        example={"cause": "not_proven"},
        answer_example={"number": 1024, "exception": "refused", "status": None},
    ),
)
