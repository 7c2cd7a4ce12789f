"""Signed notes as other programs write and read them."""

from __future__ import annotations

import base64

import pytest

from kezek.crypto.log import checkpoint_note
from kezek.crypto.log.checkpoint_note import ED25519, NoteRefused, Witness
from kezek.crypto.signing import PublicKey, SigningKey
from kezek.domain.log.head import Head

KEY, OTHER = SigningKey(bytes(range(32))), SigningKey(b"x" * 32)
HEAD = Head(number=17, size=20_852_163, root=b"\xab" * 32, at=1_781_340_000_000)
ORIGIN = "queue.example/log"

# The example of Go's package `note`, whose format this is.
NEUMANN = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FF"
    "YC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
NEUMANN_KEY = "ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_the_published_example_of_a_signed_note():
    text, (signature,) = checkpoint_note.parts(NEUMANN)
    key = PublicKey(base64.b64decode(NEUMANN_KEY)[1:])
    assert signature.name == "PeterNeumann"
    assert signature.key_id.hex() == "c74f20a3"
    assert checkpoint_note.key_id("PeterNeumann", ED25519, key) == signature.key_id
    assert checkpoint_note.log_vkey("PeterNeumann", key) == f"PeterNeumann+c74f20a3+{NEUMANN_KEY}"
    assert key.verifies(text.encode(), signature.signed)


def test_a_head_comes_back_as_it_was_signed():
    note = checkpoint_note.sign(ORIGIN, HEAD, KEY)
    origin, size, root, extension, gap, signature, end = note.split("\n")
    assert (origin, size, gap, end) == (ORIGIN, "20852163", "", "")
    assert base64.b64decode(root) == HEAD.root
    assert extension == "head 17 2026-06-13T08:40:00Z"
    assert signature.startswith(f"— {ORIGIN} ")
    assert checkpoint_note.read(note, KEY.public) == (ORIGIN, HEAD)


def changed(old: str, new: str) -> str:
    note = checkpoint_note.sign(ORIGIN, HEAD, KEY)
    assert old in note
    return note.replace(old, new, 1)


WRONG = {
    "size": changed("20852163", "20852164"),
    "number": changed("head 17", "head 18"),
    "time": changed("2026-06-13", "2026-06-12"),
    "no such time": changed("2026-06-13", "2026-06-31"),
    "origin": changed(ORIGIN, "other.example"),
    "leading nought": changed("\n20852163", "\n020852163"),
    "signature": changed(f"— {ORIGIN} ", f"— {ORIGIN} AAAA"),
    "no signature": changed("\n\n", "\n\n").partition("— ")[0],
    "a hyphen for a dash": changed("— ", "- "),
    "another key": checkpoint_note.sign(ORIGIN, HEAD, OTHER),
    "one more line": changed("Z\n\n", "Z\nmore\n\n"),
    "empty": "",
    "words": "hello",
    "blank lines": "\n\n\n\n",
    "not base64": changed("\nq6urq", "\n!6urq"),
    "long": "x" * 20_000,
}


@pytest.mark.parametrize("name", WRONG)
def test_anything_else_is_refused(name: str):
    with pytest.raises(NoteRefused):
        checkpoint_note.read(WRONG[name], KEY.public)


def test_lines_of_strangers_do_not_disturb():
    note = checkpoint_note.sign(ORIGIN, HEAD, KEY)
    text = checkpoint_note.parts(note)[0]
    note += checkpoint_note.cosign(text, "witness.example", OTHER, 5_000)
    assert checkpoint_note.read(note, KEY.public) == (ORIGIN, HEAD)


def test_a_cosignature_is_bound_to_head_witness_and_time():
    text, _ = checkpoint_note.parts(checkpoint_note.sign(ORIGIN, HEAD, KEY))
    witness = Witness("witness.example", OTHER.public)
    line = checkpoint_note.cosign(text, witness.name, OTHER, 1_679_315_147_000)
    _, (signature,) = checkpoint_note.parts(f"{text}\n{line}")
    assert int.from_bytes(signature.signed[:8], "big") == 1_679_315_147
    assert checkpoint_note.cosigned_by(text, signature, witness)
    assert not checkpoint_note.cosigned_by(text + "x", signature, witness)
    assert not checkpoint_note.cosigned_by(text, signature, Witness("other", OTHER.public))
    assert not checkpoint_note.cosigned_by(text, signature, Witness(witness.name, KEY.public))


def test_a_witness_is_known_by_its_vkey():
    witness = Witness("witness.example/w1", OTHER.public)
    assert checkpoint_note.read_witness(witness.vkey + "\n") == witness
    name, key_id, key = witness.vkey.split("+", 2)
    for wrong in (
        "",
        "words",
        f"other+{key_id}+{key}",
        f"{name}+00000000+{key}",
        f"{name}+{key_id}+AAAA",
        checkpoint_note.log_vkey(name, OTHER.public),
    ):
        with pytest.raises(NoteRefused):
            checkpoint_note.read_witness(wrong)


@pytest.mark.parametrize(
    ("issuer", "origin"),
    [
        ("https://queue.kz/kezek", "queue.kz/kezek"),
        ("http://127.0.0.1:8470", "127.0.0.1:8470"),
        ("https://a b+c\n", "a-b-c-"),
        ("", "kezek"),
    ],
)
def test_an_origin_is_an_address_without_its_scheme(issuer: str, origin: str):
    assert checkpoint_note.origin_of(issuer) == origin
