"""The protocol of a server and its planner: MessagePack messages, each behind its length.

The planner first sends `Ready`, once its kernels are compiled.  Then the server asks one question at a
time and the planner answers it.
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
# A line of ten thousand trucks takes a megabyte; a longer message than this is refused.
BYTES_MAX = 64_000_000


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The planner is warm and can be asked."""


class Predict(msgspec.Struct, frozen=True, tag=True):
    """A question: the forecast of a line state, corrected by `corrections`."""

    state: LineState
    corrections: Corrections = UNCORRECTED


class Predicted(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Predict`."""

    forecast: LineForecast


class Learn(msgspec.Struct, frozen=True, tag=True):
    """A question: train a correction on past forecasts with their errors."""

    examples: tuple[ErrorExample, ...]


class Learned(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Learn`."""

    result: TrainingResult


class Unable(msgspec.Struct, frozen=True, tag=True):
    """The planner failed on the question; `why` is the name of its exception."""

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
    """The length of the message in bytes; ValueError where this is no frame."""
    length = int.from_bytes(head)
    if not 0 < length <= BYTES_MAX:
        raise ValueError(f"a message of {length} bytes is none of ours")
    return length


def question_of(body: bytes) -> Question:
    """A question; raises msgspec.MsgspecError for anything else."""
    return _question.decode(body)


def answer_of(body: bytes) -> Answer:
    """An answer; raises msgspec.MsgspecError for anything else."""
    return _answer.decode(body)
