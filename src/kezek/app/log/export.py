"""The log as lines of JSON that an outside verifier hashes again: heads first, then events in order.

    {"head":"…the signed note…"}
    {"salt":"…32 hex digits…","event":[position,at,real,"kind","actor","line",number,{…}]}
    {"hidden":[position,number],"leaf":"…64 hex digits…","erasure":"…128 hex digits…"}

The event has exactly the bytes that are hashed, so that a verifier need not reproduce our JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kezek.app.log.proof import Leaf, Proofs
from kezek.app.port import POSITION_MAX

PIECE = 4_096
_HEADS = 500

_SALTED = re.compile(rb'\{"salt":"([0-9a-f]{32})","event":(\[([0-9]{1,16}),[^\n]*\])\}\n?')
_HIDDEN = re.compile(
    rb'\{"hidden":\[([0-9]{1,16}),([0-9]{1,16})\],"leaf":"([0-9a-f]{64})","erasure":"([0-9a-f]{128})"\}\n?'
)
_HEAD = b'{"head":'


class NotAnExport(ValueError):
    """A line that is not from an export of ours."""

    permanent = True


@dataclass(frozen=True, slots=True)
class Hidden:
    """An event whose salt was erased: only its hash, and the log's signature over the erasure."""

    position: int
    number: int
    leaf: bytes
    erasure: bytes


def line_of(leaf: Leaf) -> str:
    """An event's line, without its end."""
    if leaf.erasure:
        return (
            f'{{"hidden":[{leaf.position},{leaf.number}],"leaf":"{leaf.hash.hex()}",'
            f'"erasure":"{leaf.erasure.hex()}"}}'
        )
    return f'{{"salt":"{leaf.salt.hex()}","event":{leaf.text.decode()}}}'


def head_line(note: str) -> str:
    """A head's line, without its end."""
    return json.dumps({"head": note}, ensure_ascii=False, separators=(",", ":"))


def lines(proofs: Proofs) -> Iterator[str]:
    """The whole export, with line ends; events sealed while it runs are left to the next one."""
    size = proofs.size
    for head in _heads(proofs):
        yield head_line(head) + "\n"
    for after in range(0, size, PIECE):
        for leaf in proofs.leaves(after, min(PIECE, size - after)):
            yield line_of(leaf) + "\n"


def _heads(proofs: Proofs) -> list[str]:
    notes: list[str] = []
    before = POSITION_MAX
    while page := proofs.heads(before, _HEADS):
        notes += [head.note for head in page]
        before = page[-1].number
    return notes[::-1]


def read_note(line: bytes) -> str | None:
    """The note of a head's line, None for any other line."""
    if not line.startswith(_HEAD):
        return None
    try:
        found = json.loads(line)["head"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAnExport("a line of a head cannot be read") from error
    return str(found)


def read_leaf(line: bytes) -> tuple[int, bytes, bytes] | Hidden:
    """Position, salt and canonical bytes of an event's line, or that it is hidden."""
    found = _SALTED.fullmatch(line)
    if found is not None:
        return int(found[3]), bytes.fromhex(found[1].decode()), found[2]
    hidden = _HIDDEN.fullmatch(line)
    if hidden is None:
        raise NotAnExport("a line is no event of an export")
    leaf, erasure = (bytes.fromhex(hidden[n].decode()) for n in (3, 4))
    return Hidden(int(hidden[1]), int(hidden[2]), leaf, erasure)


def pieces(source: Iterable[bytes], size: int = PIECE) -> Iterator[list[bytes]]:
    """The lines in lists of `size`."""
    piece: list[bytes] = []
    for line in source:
        piece.append(line)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece
