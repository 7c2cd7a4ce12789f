"""What a server and its planner say to each other: messages in MessagePack, each behind its length.

The server asks one question at a time and the planner answers it; before the first one the planner says
`Ready`, once everything that is compiled is warm.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from kezek.planning.question import (
    UNCORRECTED,
    Corrections,
    ErrorExample,
    LineForecast,
    LineState,
    TrainingResult,
)

# Four bytes, the most significant first.
LENGTH = 4
# A line of ten thousand trucks is a megabyte; whatever is longer than this is no message of ours.
BYTES_MAX = 64_000_000


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The planner has warmed up and may be asked."""


class Predict(msgspec.Struct, frozen=True, tag=True):
    """A line at a moment, whose future is asked for, with what its past has taught."""

    state: LineState
    corrections: Corrections = UNCORRECTED


class Predicted(msgspec.Struct, frozen=True, tag=True):
    """What the twin says of it."""

    forecast: LineForecast


class Learn(msgspec.Struct, frozen=True, tag=True):
    """Past forecasts with their errors, to be learned from."""

    examples: tuple[ErrorExample, ...]


class Learned(msgspec.Struct, frozen=True, tag=True):
    """What they have taught."""

    result: TrainingResult


class Unable(msgspec.Struct, frozen=True, tag=True):
    """The question could not be answered; `why` is the kind of the planner's own mistake."""

    why: str


Question: TypeAlias = Predict | Learn
Answer: TypeAlias = Ready | Predicted | Learned | Unable

_encode = msgspec.msgpack.Encoder().encode
_question: msgspec.msgpack.Decoder[Question] = msgspec.msgpack.Decoder(Question)
_answer: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)


def framed(message: Question | Answer) -> bytes:
    """A message behind its length."""
    body = _encode(message)
    return len(body).to_bytes(LENGTH) + body


def length_of(head: bytes) -> int:
    """How many bytes follow; a ValueError says that this is no frame."""
    length = int.from_bytes(head)
    if not 0 < length <= BYTES_MAX:
        raise ValueError(f"a message of {length} bytes is none of ours")
    return length


def question_of(body: bytes) -> Question:
    """What a server asks; msgspec.MsgspecError for anything else."""
    return _question.decode(body)


def answer_of(body: bytes) -> Answer:
    """What a planner answers; msgspec.MsgspecError for anything else."""
    return _answer.decode(body)
