"""Heads and proofs, as anybody asks for them."""

from __future__ import annotations

import pytest

from kezek.crypto.keyring import open_keyring
from kezek.crypto.log import checkpoint_note
from kezek.crypto.signing import SigningKey
from kezek.domain.log import merkle
from tests.api.app import Api


@pytest.fixture
def key(api: Api) -> SigningKey:
    return open_keyring(api.folder / "keys", bytes).log


@pytest.fixture
def sealed(api: Api) -> Api:
    """Two heads, the second over two bookings more."""
    api.application.ledger.tick(last=True)
    api.book(1)
    api.book(2)
    api.application.ledger.tick(last=True)
    return api


def test_before_the_first_head_there_is_none(api: Api):
    assert api.get("/log/head").status == 404
    assert api.get("/log/heads").body == {"items": [], "next": None}
    assert api.get("/log/proof/inclusion?position=1").status == 404
    assert api.get("/log/proof/consistency?from=1&to=2").status == 404


def test_anybody_reads_and_checks_the_newest_head(sealed: Api, key: SigningKey):
    told = sealed.get("/log/head").body
    origin, head = checkpoint_note.read(told["note"], key.public)
    assert (told["origin"], told["size"], told["number"]) == (origin, head.size, 2)
    scope_headers = {"accept": "text/plain"}
    scope = sealed.scope("GET", "/log/head", headers=scope_headers)
    plain = sealed.loop.run_until_complete(sealed._ask(scope, b""))
    assert plain.raw.decode() == told["note"]
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"


def test_an_event_is_proved_under_a_head(sealed: Api, key: SigningKey):
    _, head = checkpoint_note.read(sealed.get("/log/head").body["note"], key.public)
    for position in (1, head.size):
        proof = sealed.get(f"/log/proof/inclusion?position={position}").body
        path = [bytes.fromhex(one) for one in proof["path"]]
        leaf = bytes.fromhex(proof["leaf"])
        assert proof["size"] == head.size
        assert merkle.includes(leaf, position - 1, head.size, path, head.root)
    assert sealed.get(f"/log/proof/inclusion?position={head.size + 1}").status == 404
    smaller = sealed.get(f"/log/proof/inclusion?position=3&size={head.size - 2}").body
    assert smaller["size"] == head.size - 2
    assert sealed.get("/log/proof/inclusion?position=0").status == 400
    assert sealed.get("/log/proof/inclusion").status == 400


def test_two_heads_are_proved_to_be_of_one_log(sealed: Api, key: SigningKey):
    notes = [one["note"] for one in sealed.get("/log/heads").body["items"]]
    new, old = (checkpoint_note.read(note, key.public)[1] for note in notes)
    told = sealed.get(f"/log/proof/consistency?from={old.size}&to={new.size}").body
    path = [bytes.fromhex(one) for one in told["path"]]
    assert merkle.consistent(old.size, new.size, path, old_root=old.root, new_root=new.root)
    assert sealed.get(f"/log/proof/consistency?from={new.size}&to={old.size}").status == 404


def test_heads_come_in_pages(sealed: Api):
    sealed.book(3)
    sealed.application.ledger.tick(last=True)
    first = sealed.get("/log/heads?limit=2").body
    assert [one["number"] for one in first["items"]] == [3, 2]
    rest = sealed.get(f"/log/heads?limit=2&before={first['next']}").body
    assert [one["number"] for one in rest["items"]] == [1]
    assert rest["next"] is None


def test_leaves_are_for_who_may_read_the_log(sealed: Api):
    assert sealed.get("/log/leaves").status == 401
    assert sealed.get("/log/leaves", "officer").status == 403
    page = sealed.get("/log/leaves?limit=3&after=2", "reader").body
    assert len(page["items"]) == 3
    assert page["size"] == sealed.application.proofs.size


def test_no_proof_says_anything_of_a_person(sealed: Api):
    for path in ("/log/head", "/log/heads", "/log/proof/inclusion?position=3"):
        told = sealed.get(path).raw
        assert b"TST" not in told
        assert b"+7700" not in told


def test_a_witness_brings_its_line(api: Api):
    witness = SigningKey(b"w" * 32)
    known = checkpoint_note.Witness("witness.example", witness.public)
    api.application.ledger._notary._witnesses = (known,)
    api.application.ledger.tick(last=True)
    note = api.get("/log/head").body["note"]
    text = checkpoint_note.parts(note)[0]
    line = checkpoint_note.cosign(text, known.name, witness, 5_000)
    assert api.post("/log/cosignatures", {"note": note}).status == 404
    for _ in range(2):
        assert api.post("/log/cosignatures", {"note": note + line}).body == {"lines": 1}
    assert api.get("/log/head").body["note"] == note + line
