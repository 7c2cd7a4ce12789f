"""The log's tree: hashed again from the events as docs/verify.md says, and held against every head."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.rig.check.run import Run
from tests.rig.check.tables import Row

HASH_BYTES, TILE, SALT_BYTES, KEY_ID_BYTES = 32, 256, 16, 4


def leads_to_every_head(run: Run) -> Iterator[str]:
    """Every event is sealed, every kept hash is right, and the events lead to every signed head."""
    leaves = list(_leaves(run.after["event"], run.after["salt"]))
    yield from _kept(leaves, run.after["tree"])
    yield from _heads(leaves, run.after["head"])
    notes = {row["number"]: row["note"] for row in run.after["head"]}
    for folder in run.heads:
        yield from _published(folder, notes)


def _leaves(events: Sequence[Row], salts: Sequence[Row]) -> Iterator[bytes]:
    secrets = {row["number"]: bytes(row["secret"]) for row in salts}
    for row in events:
        secret = secrets.get(row["number"], b"")
        salt = _sha(secret + row["position"].to_bytes(8, "big"))[:SALT_BYTES]
        yield _sha(b"\0" + _sha(salt + _canonical(row)))


def _canonical(row: Row) -> bytes:
    body = json.dumps(json.loads(row["body"]), sort_keys=True, **_PLAIN)
    kind, actor, line = (json.dumps(row[name], **_PLAIN) for name in ("kind", "actor", "line"))
    numbers = f"{row['position']},{row['at']},{row['real']}"
    return f"[{numbers},{kind},{actor},{line},{row['number']},{body}]".encode()


_PLAIN = {"ensure_ascii": False, "separators": (",", ":")}


def _kept(leaves: list[bytes], rows: Sequence[Row]) -> Iterator[str]:
    tiers: dict[int, list[bytes]] = {}
    for row in rows:
        hashes = bytes(row["hashes"])
        tier = tiers.setdefault(row["tier"], [])
        if row["first"] != len(tier):
            yield f"tier {row['tier']} of the tree has a gap at {len(tier)}"
            return
        tier += [hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)]
    wanted, level = leaves, 0
    while wanted:
        kept = tiers.get(level, [])
        for place, (one, other) in enumerate(zip(kept, wanted, strict=False)):
            if one != other:
                yield f"hash {place} of tier {level} of the tree is not that of the log"
                return
        if len(kept) != len(wanted):
            yield f"tier {level} of the tree holds {len(kept)} hashes of {len(wanted)}"
            return
        full = len(wanted) - len(wanted) % TILE
        wanted = [root(wanted[at : at + TILE]) for at in range(0, full, TILE)]
        level += 1


def _heads(leaves: list[bytes], rows: Sequence[Row]) -> Iterator[str]:
    size = 0
    for place, row in enumerate(rows, 1):
        _, size_told, root_told, number_told = row["note"].split("\n")[:4]
        if row["number"] != place or number_told.split()[1] != str(place):
            yield f"head {place} is missing"
        if not size <= row["size"] <= len(leaves) or size_told != str(row["size"]):
            yield f"head {place} is of {row['size']} events, after {size} and of {len(leaves)}"
            return
        size = row["size"]
        if base64.b64decode(root_told) != root(leaves[:size]):
            yield f"head {place} is not of this log: its root differs"


def _published(folder: Path, notes: dict[int, str]) -> Iterator[str]:
    """What was laid out is in the database, and signed with the key beside it."""
    files = sorted(folder.glob("*/*.note"))
    if not files:
        return
    key = load_pem_public_key((folder / "log.pem").read_bytes())
    for file in files:
        note = file.read_text()
        text, _, below = note.partition("\n\n")
        signature = base64.b64decode(below.split()[2])[KEY_ID_BYTES:]
        try:
            key.verify(signature, f"{text}\n".encode())
        except InvalidSignature:
            yield f"head {file.name} is not signed by the log's key"
        if notes.get(int(file.stem), "").partition("\n\n")[0] != text:
            yield f"head {file.name} was published, and the database does not know it"


def root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, over hashes of leaves."""
    if not leaves:
        return _sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return _sha(b"\1" + root(leaves[:split]) + root(leaves[split:]))


def _sha(some: bytes) -> bytes:
    return hashlib.sha256(some).digest()
