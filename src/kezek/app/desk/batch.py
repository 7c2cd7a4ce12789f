"""The desk's core: a plain function over one batch of commands, without threads.

It loads the facts, decides in order, writes in bulk and commits once.  The same batch on the same facts
at the same moment writes the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from time import monotonic
from typing import Any

import msgspec

from kezek.app.port import Answered, Prefetching, Store, Unit
from kezek.domain.decide import DUE, RULES, Command, decide
from kezek.domain.kernel.decision import Accepted, Decision
from kezek.domain.kernel.event import Event, Logged
from kezek.domain.kernel.facts import Facts, Ref
from kezek.domain.kernel.instant import Moment
from kezek.domain.kernel.refusal import Reason, Refused
from kezek.domain.kernel.value import value
from kezek.domain.regulation.regulations import Regulations

# Fields outside the digest: two commands that differ only in actor or delay are one request.
_NOT_THE_BODY = frozenset({"key", "actor", "delay"})


@value(frozen=True, slots=True)
class Done:
    """An accepted command: the outcome for its sender, and the log's end when it was decided."""

    outcome: dict[str, Any]
    position: int
    replayed: bool = False


Answer = Done | Refused


@dataclass(slots=True)
class _Draft:
    """The rows, events and answers that a batch will write."""

    facts: Facts
    unit: Unit
    rules: Regulations
    now: Moment
    events: list[Logged]
    answers: dict[bytes, Answered]

    def append(self, actor: str, events: Sequence[Event]) -> None:
        for event in events:
            self.events.append(
                Logged(
                    position=self.unit.last_position + len(self.events) + 1,
                    at=self.now.at,
                    real=self.now.real,
                    kind=event.kind,
                    actor=actor,
                    line=event.line,
                    number=event.number,
                    body=_json(event.body),
                )
            )

    def apply(self, actor: str, decision: Accepted) -> None:
        for row in decision.puts:
            self.facts.put(row)
        for kind, key in decision.drops:
            self.facts.drop(kind, key)
        self.append(actor, decision.events)


@value(frozen=True, slots=True)
class Outcome:
    """The result of a batch: an answer for each command, and the events to announce.

    `decided_at` is the instant before the commit, in seconds of `monotonic`.
    """

    answers: list[Answer]
    events: list[Logged]
    decided_at: float = 0.0


def run(
    store: Store,
    commands: Sequence[Command],
    rules: Regulations,
    now: Moment,
    salt: Callable[[], str] = str,
    *,
    withheld: bool = False,
) -> Outcome:
    """Decide a batch and commit it; an exception means that nothing of it happened."""
    with store.unit() as unit:
        return decided(unit, commands, rules, now, salt, withheld=withheld)


def decided(
    unit: Unit,
    commands: Sequence[Command],
    rules: Regulations,
    now: Moment,
    salt: Callable[[], str] = str,
    *,
    withheld: bool = False,
) -> Outcome:
    """Decide a batch and write it; it is committed when the unit is left.

    `salt` and `withheld` are as in `Facts`.
    """
    digests = [_digest(c) for c in commands]
    facts = Facts(unit, salt, withheld=withheld)
    if isinstance(unit, Prefetching):
        unit.prefetch([*direct_refs(commands), *((Answered, d) for d in digests if d)])
        unit.prefetch(_derived_refs(commands, facts, rules))
    # The log's time never runs backwards, whatever the machine's clock does.
    now = Moment(max(now.at, unit.last_at), now.real)
    draft = _Draft(facts, unit, rules, now, [], {})
    before = unit.answered([d for d in digests if d])
    answers = [
        _answer(draft, command, digest, before)
        for command, digest in zip(commands, digests, strict=True)
    ]
    if draft.events or draft.facts.changed or draft.answers:
        unit.save(draft.facts.changed, draft.events, list(draft.answers.values()))
    return Outcome(answers, draft.events, monotonic())


def direct_refs(commands: Iterable[Command]) -> list[Ref]:
    """The rows that commands name."""
    return [ref for command in commands for ref in RULES[type(command)].direct_refs(command)]


def _derived_refs(commands: Iterable[Command], facts: Facts, rules: Regulations) -> list[Ref]:
    """The rows that the commands' own rows name in turn."""
    return [
        ref
        for command in commands
        for ref in RULES[type(command)].derived_refs(command, facts, rules)
    ]


def _answer(draft: _Draft, command: Command, digest: bytes, before: Any) -> Answer:
    body = _body(command) if digest else b""
    earlier = (draft.answers.get(digest) or before.get(digest)) if digest else None
    if earlier is not None:
        if earlier.body != body:
            return Refused(Reason.KEY_REUSED, {})
        return Done(json.loads(earlier.outcome), draft.unit.last_position, replayed=True)
    decision = _decided(draft, command)
    if isinstance(decision, Refused):
        return decision
    actor = command.actor
    draft.apply(f"account:{actor.account}" if actor.account else actor.label, decision)
    outcome = dict(decision.outcome)
    if digest:
        # Stored with its fields in the order of this answer, so that a repetition has the same bytes.
        told = msgspec.json.encode(outcome)
        draft.answers[digest] = Answered(digest, body, told, draft.now.real)
    return Done(outcome, draft.unit.last_position + len(draft.events))


def _decided(draft: _Draft, command: Command) -> Decision:
    """The decision, after rows that time alone has changed are settled.

    A row that has lapsed already causes no refusal: it lapses now, and the command is decided again.
    """
    rule = RULES[type(command)]
    for ref in rule.settles(command, draft.facts):
        _settle(draft, ref)
    decision = decide(draft.facts, command, draft.rules, draft.now)
    # Several rows may cause refusals one after another, and all may have lapsed.
    while isinstance(decision, Refused):
        holder = rule.held_by(decision)
        if holder is None or not _settle(draft, holder):
            break
        decision = decide(draft.facts, command, draft.rules, draft.now)
    return decision


def _settle(draft: _Draft, ref: Ref) -> bool:
    """Lapse a row whose time has come; whether anything changed.

    The rule judges the time: a new version of the regulation may have shortened it since `look_at` was
    stored.
    """
    kind, key = ref
    row: Any = draft.facts.get(kind, key)
    if row is None or row.look_at is None:
        return False
    command: Command = DUE[kind].command(key)
    lapsed = decide(draft.facts, command, draft.rules, draft.now)
    if isinstance(lapsed, Refused):
        return False
    draft.apply(command.actor.label, lapsed)
    return True


def _digest(command: Command) -> bytes:
    """The key's place in the table of answers; empty for a command without a key."""
    if not command.key:
        return b""
    whole = f"{command.actor.account}\0{command.actor.ticket}\0{command.key}"
    return blake2b(whole.encode("utf-8", "backslashreplace"), digest_size=16).digest()


@lru_cache(maxsize=64)
def _body_fields(kind: type[Any]) -> tuple[tuple[str, Any], ...]:
    """The names of the fields, each with the default at which it is left out: see `added`."""
    return tuple(
        (f.name, f.default if f.metadata.get("added") else MISSING)
        for f in fields(kind)
        if f.name not in _NOT_THE_BODY
    )


def _body(command: Command) -> bytes:
    """The digest of a command's content; the same key with another one is refused."""
    kind = type(command)
    said = ((getattr(command, name), default) for name, default in _body_fields(kind))
    whole = [kind.__name__, *(told for told, default in said if told != default)]
    try:
        text = msgspec.json.encode(whole)
    except UnicodeEncodeError:
        # A command line may hold surrogates; they are digested here, and the rules refuse them.
        text = repr(whole).encode("utf-8", "backslashreplace")
    return blake2b(text, digest_size=16).digest()


_encode = msgspec.json.Encoder(order="sorted").encode


def _json(body: Any) -> str:
    return _encode(dict(body)).decode()


__all__ = ["Answer", "Done", "Outcome", "decided", "direct_refs", "run"]
