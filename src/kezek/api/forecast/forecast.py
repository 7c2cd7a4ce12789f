"""Forecasts: of a checkpoint's line for everybody, of one booking for whoever may read it."""

from __future__ import annotations

from typing import Any

import msgspec

from kezek.api.booking.decision import own_booking
from kezek.api.checkpoint.checkpoint import known_row
from kezek.api.frame.form import Moment, Seconds, utc
from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.app.application import Application
from kezek.app.forecast.accuracy import Accuracy
from kezek.app.forecast.calibrated_forecast import CalibratedForecast
from kezek.app.forecast.likely import (
    Bounds,
    Likely,
    PaceBasis,
    TwinBasis,
    being_computed,
    likely_for,
    wait_to_join,
)
from kezek.app.forecast.next_wait import joins_now
from kezek.app.forecast.replay import Scores
from kezek.app.turn.board import PostRow
from kezek.domain.kernel.instant import SECOND, Instant
from kezek.domain.kernel.refusal import Reason
from kezek.planning.question import QUANTILES, Range

METHOD = "twin"
CALIBRATED = "twin, calibrated"
CORRECTED = "twin, corrected, calibrated"


class QuantileSpans(msgspec.Struct, frozen=True):
    """Spans in seconds at the quantiles of the answer: until the call, and until it is through."""

    vehicle_class: str = msgspec.field(name="class")
    called: list[Seconds]
    crossed: list[Seconds]


class LengthResponse(msgspec.Struct, frozen=True):
    """Trucks that wait at an instant to come, at the quantiles of the answer."""

    at: Moment
    waiting: list[int]


class AccuracyResponse(msgspec.Struct, frozen=True):
    """What the ranges of the last 30 days were worth.  `inside80` and `inside90` are the shares of
    trucks inside the ranges from 10 to 90 and from 5 to 95 %; losses are mean pinball losses over the
    quantiles in minutes: ours, that of the last truck's wait, and that of trucks ahead ÷ pace; `error`
    is the median distance from the median, in minutes.  Where a correction was learned from past errors
    of all lines, `loss_corrected` and `loss_uncorrected` are ours with it and without; `loss` is that of
    the ranges as they are shown.
    """

    trucks: int
    inside80: float
    inside90: float
    loss: float
    loss_last_wait: float | None
    loss_by_pace: float | None
    error: float
    loss_corrected: float | None
    loss_uncorrected: float | None


class ForecastBasis(msgspec.Struct, frozen=True, kw_only=True):
    """How a forecast was made.  `no_basis` is empty, or a code that says why nothing is told; then
    whatever depends on it is null or empty.  A quantile beyond `horizon` is the horizon.
    """

    as_of: Moment | None
    no_basis: str
    method: str | None
    regime: str | None
    replications: int | None
    seed: int | None
    horizon: Moment | None
    quantiles: list[float]
    accuracy_called: AccuracyResponse | None
    accuracy_crossed: AccuracyResponse | None


class PaceResponse(msgspec.Struct, frozen=True):
    """Trucks ahead, and how many crossed in the last `hours`: what a range by the pace is made of."""

    ahead: int
    crossed: int
    hours: float


class InstantBounds(msgspec.Struct, frozen=True):
    """From 10 to 90 % of all cases, in steps of five minutes away from the middle."""

    low: Moment
    high: Moment


class SpanBounds(msgspec.Struct, frozen=True):
    """From 10 to 90 % of all cases, in seconds, in steps of five minutes away from the middle."""

    low: Seconds
    high: Seconds


class LikelyResponse(msgspec.Struct, frozen=True):
    """What the ticket page says of the truck: `called` and `crossed`, null where nothing is known or it
    is over.  `basis` is `twin`, or `pace` where the twin is silent; `pace` says then how it was made.
    """

    basis: str
    called: InstantBounds | None
    crossed: InstantBounds | None
    pace: PaceResponse | None


class JoinNowResponse(msgspec.Struct, frozen=True):
    """What the checkpoint's page says of a truck that arrives now: in turn where the present window has
    a place, else as a walk-in.  `called` and `crossed` are spans from now; `basis` and `pace` as in
    `LikelyResponse`.
    """

    vehicle_class: str = msgspec.field(name="class")
    basis: str
    called: SpanBounds
    crossed: SpanBounds | None
    pace: PaceResponse | None


class LineForecastResponse(ForecastBasis, frozen=True, kw_only=True):
    """The future of a line: what a truck of each class would wait that joined now, and its length.

    `joins_now` is null where no truck can join now or nothing can be told.
    """

    checkpoint: str
    line: str | None
    joins_now: JoinNowResponse | None
    joins: list[QuantileSpans]
    lengths: list[LengthResponse]


class BookingForecastResponse(ForecastBasis, frozen=True, kw_only=True):
    """When a truck is called and through: instants at the quantiles; null where nothing is told of it
    (`no_basis`), and `called` also after the call.  `likely` is the range that the ticket shows, null
    where it shows none; `being_computed` says that the booking has moved and its new window is not told
    yet.
    """

    number: int
    likely: LikelyResponse | None
    being_computed: bool
    called: list[Moment] | None
    crossed: list[Moment] | None


class CachedForecasts:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def line(self, request: ApiRequest) -> Reply:
        application, now = self._application, self._application.now()
        row = known_row(application, request.path["checkpoint"])
        if row.served is None:
            return answer(self._line(row, None, "no_line", None))
        found = application.forecasts.of(row.served.line.id, now)
        silent = application.forecasts.no_basis(row.served.line.id, now)
        return answer(self._line(row, found, silent, self._joins_now(row, now)))

    def _joins_now(self, row: PostRow, now: Instant) -> JoinNowResponse | None:
        vehicle_class = joins_now(row, now)
        if vehicle_class is None or row.queue is None:
            return None
        forecasts = self._application.forecasts
        wait = wait_to_join(forecasts, row.queue.line, vehicle_class, row.queue, now)
        if wait is None:
            return None
        return JoinNowResponse(
            vehicle_class,
            wait.basis.kind,
            _spans(wait.called),
            _spans(wait.crossed) if wait.crossed else None,
            _pace(wait.basis),
        )

    def _line(
        self,
        row: PostRow,
        found: CalibratedForecast | None,
        no_basis: str,
        joining: JoinNowResponse | None,
    ) -> LineForecastResponse:
        forecast = found.forecast if found is not None and not no_basis else None
        return LineForecastResponse(
            checkpoint=row.checkpoint.id,
            line=row.served.line.id if row.served else None,
            joins_now=joining,
            joins=[
                QuantileSpans(one.vehicle_class, _seconds(one.called), _seconds(one.crossed))
                for one in (forecast.joins if forecast else ())
            ],
            lengths=[
                LengthResponse(utc(one.at), list(one.waiting))
                for one in (forecast.lengths if forecast else ())
            ],
            **_made(found, no_basis),
        )

    async def booking(self, request: ApiRequest) -> Reply:
        application, now = self._application, self._application.now()
        row = own_booking(application, request.actor, request.number())
        view = application.tickets.view(row.number, now)
        assert view is not None, "the booking was found a moment ago"
        forecasts, queue = application.forecasts, application.queues.of(view.post, now)
        likely = likely_for(forecasts, view.booking, view.status, queue, now)
        truck = likely.truck if likely is not None else None
        silent = forecasts.no_basis(row.line, now)
        if not silent and truck is None:
            silent = "booking_not_told"
        shown = truck if not silent else None
        return answer(
            BookingForecastResponse(
                number=row.number,
                likely=_likely(likely) if likely is not None else None,
                being_computed=being_computed(forecasts, view.booking, view.status, now),
                called=_moments(shown.called) if shown is not None and shown.called else None,
                crossed=_moments(shown.crossed) if shown is not None else None,
                **_made(forecasts.of(row.line, now), silent),
            )
        )


def _likely(found: Likely) -> LikelyResponse:
    return LikelyResponse(
        found.basis.kind,
        _instants(found.called) if found.called else None,
        _instants(found.crossed) if found.crossed else None,
        _pace(found.basis),
    )


def _pace(basis: TwinBasis | PaceBasis) -> PaceResponse | None:
    if isinstance(basis, TwinBasis):
        return None
    return PaceResponse(basis.ahead, basis.crossed, basis.hours)


def _instants(at: Bounds) -> InstantBounds:
    return InstantBounds(utc(at.low), utc(at.high))


def _spans(of: Bounds) -> SpanBounds:
    return SpanBounds(of.low // SECOND, of.high // SECOND)


def _made(found: CalibratedForecast | None, no_basis: str) -> dict[str, Any]:
    """How it was made: the fields of `ForecastBasis`."""
    scores = found.scores if found is not None else None
    forecast = found.forecast if found is not None and not no_basis else None
    return {
        "as_of": utc(found.as_of) if found is not None else None,
        "no_basis": no_basis,
        "method": _method(scores) if forecast else None,
        "regime": found.regime if found is not None and forecast else None,
        "replications": forecast.replications if forecast else None,
        "seed": forecast.seed if forecast else None,
        "horizon": utc(forecast.horizon) if forecast else None,
        "quantiles": list(QUANTILES),
        "accuracy_called": _worth(scores.called if scores else None),
        "accuracy_crossed": _worth(scores.crossed if scores else None),
    }


def _method(scores: Scores | None) -> str:
    if scores is None or scores.called is None:
        return METHOD
    return CORRECTED if scores.corrected else CALIBRATED


def _worth(good: Accuracy | None) -> AccuracyResponse | None:
    if good is None:
        return None
    return AccuracyResponse(
        trucks=good.trucks,
        inside80=round(good.inside80, 3),
        inside90=round(good.inside90, 3),
        loss=round(good.loss, 2),
        loss_last_wait=_rounded(good.loss_last_wait),
        loss_by_pace=_rounded(good.loss_by_pace),
        error=round(good.error, 1),
        loss_corrected=_rounded(good.loss_corrected),
        loss_uncorrected=_rounded(good.loss_uncorrected),
    )


def _rounded(loss: float | None) -> float | None:
    return None if loss is None else round(loss, 2)


def _seconds(spans: Range) -> list[Instant]:
    return [span // SECOND for span in spans.at]


def _moments(instants: Range) -> list[str]:
    return [utc(at) for at in instants.at]


OPERATIONS = (
    Operation(
        method="GET",
        path="/checkpoints/{checkpoint}/forecast",
        name="read_checkpoint_forecast",
        noun="forecasts",
        summary="What a truck would wait that joined now, and how long the line will be",
        description="From many simulated courses of the live line, moved by what its forecasts of the "
        "last 30 days were off by. It is made beside the server and may be some minutes old.",
        run=CachedForecasts.line,
        answer=LineForecastResponse,
        public=True,
        refusals=(Reason.CHECKPOINT_UNKNOWN,),
    ),
    Operation(
        method="GET",
        path="/bookings/{number}/forecast",
        name="read_booking_forecast",
        noun="forecasts",
        summary="When the truck of a booking is called, and when it is through",
        description="For whoever may read the booking, once the twin knows the truck.",
        run=CachedForecasts.booking,
        answer=BookingForecastResponse,
        refusals=(Reason.BOOKING_UNKNOWN,),
    ),
)
