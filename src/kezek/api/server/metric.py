"""Every metric: its name with its unit, what it is, and which promise it witnesses.

The promises are those of docs/reference/metrics.md.  A metric sees what can be seen from inside; what it
cannot see stands there too.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from kezek.app.desk.metrics import COMMANDS, SECONDS


class MetricForm(StrEnum):
    """How a value may change."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(frozen=True, slots=True)
class Metric:
    """`labels` are those beside `worker`; `promise` is empty for what is only traffic.

    `bounds` are those between which a histogram counts.
    """

    name: str
    form: MetricForm
    meaning: str
    labels: tuple[str, ...] = ()
    promise: str = ""
    bounds: tuple[float, ...] = ()


def _gauge(name: str, meaning: str, promise: str = "", *labels: str) -> Metric:
    return Metric(f"kezek_{name}", MetricForm.GAUGE, meaning, labels, promise)


def _counter(name: str, meaning: str, promise: str = "", *labels: str) -> Metric:
    return Metric(f"kezek_{name}_total", MetricForm.COUNTER, meaning, labels, promise)


def _histogram(name: str, meaning: str, bounds: tuple[float, ...], *labels: str) -> Metric:
    return Metric(f"kezek_{name}", MetricForm.HISTOGRAM, meaning, labels, bounds=bounds)


# What the vigil's looks find, under the names of `app/server/promise_monitor.py`.
FOUND: tuple[Metric, ...] = (
    _gauge(
        "acknowledged_missing_events", "events told as done that the log no longer reaches", "I1"
    ),
    _gauge("overbooked_slots", "windows with more taken than there is, or than is noted", "I2"),
    _gauge("double_booked_vehicles", "vehicles with two active bookings, by plate or VIN", "I3"),
    _gauge("stray_claims", "claims without a live booking, live bookings without a claim", "I3"),
    _gauge("disordered_bookings", "live bookings whose steps contradict their order", "I4"),
    _gauge("rewritten_events", "events that were read once and read differently later", "I5"),
    _gauge("missing_events", "positions of the log without an event, among the newest", "I9"),
    _gauge("contradicted_heads", "newest heads that are not those of the tree", "I9"),
    _gauge("lost_bookings", "live bookings in no window and no line, numbers without one", "I12"),
    _gauge("lapse_lateness_seconds", "how long the oldest change by time alone is overdue", "I13"),
    _gauge("clock_doubt_seconds", "how far the machine's time is not believed", "I14"),
    _gauge("overdue_particulars", "particulars kept a day past their end", "I16"),
    _gauge("orphaned_drivers", "drivers' names whose particulars are erased", "I16"),
    _gauge("misused_accounts", "closed accounts that could still sign in", "I17"),
    _gauge("awaiting_exceptions", "calls out of turn that wait for their second name", "I17"),
    _gauge("schema_steps", "the database's step of the schema", "I19"),
    _gauge("log_events", "events in the log"),
    _gauge("tree_events", "events sealed into the log's tree"),
    _gauge("head_events", "events under the newest signed head"),
    _gauge("look_seconds", "how long the last long look took"),
)

OWN: tuple[Metric, ...] = (
    _counter("unknown_answers", "commands whose outcome was told as unknown", "I6"),
    _counter(
        "fence_stops", "batches that the schema's last fence stopped: a mistake of ours", "I2"
    ),
    _gauge("unsealed_events", "events of the log that its tree lacks", "I9"),
    _gauge(
        "consumer_unread_events",
        "events of the log that a consumer has not read; below zero it stands beyond the log",
        "",
        "consumer",
    ),
    _gauge(
        "consumer_unread_seconds",
        "how old the oldest event is that a consumer has not read",
        "",
        "consumer",
    ),
    _gauge("board_lag_events", "events of the log that this worker's boards lack", "I18"),
    _gauge("known_schema_steps", "the newest step of the schema that this version knows", "I19"),
    _gauge("look_age_seconds", "how old the figures of the promises are"),
    _gauge("beat_age_seconds", "how long a task that must never stop has been silent", "", "task"),
    _gauge("ailments", "what keeps this worker from being ready, see /readyz"),
    _counter("answers", "HTTP answers by route and status", "", "route", "status"),
    _histogram("answer_seconds", "time to the first byte of an answer, by kind", SECONDS, "kind"),
    _counter("accepted_commands", "commands that the desk accepted, replays among them"),
    _counter("refused_commands", "commands that the rules refused, by reason", "", "reason"),
    _counter("failed_batches", "batches that were not committed, by fault", "", "fault"),
    _histogram("batch_commands", "commands in a batch", COMMANDS),
    _histogram("batch_seconds", "time of a batch: loaded, decided, written, committed", SECONDS),
    _histogram("commit_seconds", "time of a batch's commit alone", SECONDS),
    _gauge("waiting_commands", "commands that wait for a batch"),
    _gauge("open_streams", "live pages and event streams"),
    _gauge("memory_bytes", "resident memory"),
    _counter("cpu_seconds", "time on a processor"),
    _gauge("open_files", "open files and connections"),
    _gauge("age_seconds", "how old this worker's figures are"),
)

METRICS: tuple[Metric, ...] = (*FOUND, *OWN)
