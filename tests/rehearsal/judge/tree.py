"""The log's tree once more: RFC 6962 in its own words, from the events and the salts alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256

from kezek.crypto.log import checkpoint_note
from kezek.domain.kernel.event import Logged
from tests.rehearsal.breach import hold
from tests.rehearsal.ground.process import KEY


def leaf(event: Logged, secret: bytes) -> bytes:
    """The salted commitment of docs/verify.md."""
    salt = sha256(secret + event.position.to_bytes(8, "big")).digest()[:16]
    words = [json.dumps(w, ensure_ascii=False) for w in (event.kind, event.actor, event.line)]
    text = (
        f"[{event.position},{event.at},{event.real},{','.join(words)},{event.number},{event.body}]"
    )
    return sha256(b"\0" + sha256(salt + text.encode()).digest()).digest()


def roots(leaves: Sequence[bytes], sizes: Sequence[int]) -> dict[int, bytes]:
    """The root at each size: a stack of complete subtrees, joined from the right."""
    found: dict[int, bytes] = {}
    wanted, stack = set(sizes), []
    for size, hash_ in enumerate(leaves, 1):
        stack.append((1, hash_))
        while len(stack) > 1 and stack[-1][0] == stack[-2][0]:
            (width, right), (_, left) = stack.pop(), stack.pop()
            stack.append((2 * width, sha256(b"\1" + left + right).digest()))
        if size in wanted:
            root = stack[-1][1]
            for _, left in stack[-2::-1]:
                root = sha256(b"\1" + left + root).digest()
            found[size] = root
    return found


def check_heads(log: Sequence[Logged], secrets: dict[int, bytes], notes: Sequence[str]) -> None:
    """Every published head: in order, none left out, each a root of this very log."""
    heads = [checkpoint_note.read(note, KEY.public)[1] for note in notes]
    hold("I9", [h.number for h in heads] == list(range(1, len(heads) + 1)), "heads", heads)
    sizes = [head.size for head in heads]
    hold("I9", sizes == sorted(set(sizes)), "a head did not grow", sizes)
    times = [head.at for head in heads]
    hold("I14", times == sorted(times), "heads run backwards", times)
    if not heads:
        return
    hold("I1", sizes[-1] <= len(log), "a head of", sizes[-1], "events; there are", len(log))
    made = roots([leaf(e, secrets[e.number]) for e in log[: sizes[-1]]], sizes)
    for head in heads:
        hold("I9", made[head.size] == head.root, "another log than head", head.number)
