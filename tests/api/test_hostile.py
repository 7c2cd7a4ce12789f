"""Bodies that no honest program sends.  Each has its own code, and nothing of it happens."""

from __future__ import annotations

import json

import pytest

from kezek.api.mount import OPERATIONS
from tests.api.app import Api
from tests.api.test_access import filled

CHANGES = [op for op in OPERATIONS if op.changes]
WITH_FIELDS = [op for op in CHANGES if op.example]


def bodies() -> list[tuple[str, bytes, int, str]]:
    return [
        ("nothing", b" ", 400, "malformed"),
        ("text", b"hello", 400, "malformed"),
        ("half", b'{"', 400, "malformed"),
        ("array", b"[]", 400, "wrong_type"),
        ("number", b"1", 400, "wrong_type"),
        ("null", b"null", 400, "wrong_type"),
        ("deep arrays", b"[" * 100_000, 400, "wrong_type"),
        ("deep objects", b'{"x":' * 50_000 + b"1" + b"}" * 50_000, 400, "unknown_field"),
        ("unknown field", b'{"__proto__":{}}', 400, "unknown_field"),
        ("not UTF-8 in a name", b'{"\xff":1}', 400, "not_utf8"),
        ("UTF-16", '{"a":1}'.encode("utf-16"), 400, "malformed"),
        ("byte order mark", b"\xef\xbb\xbf{}", 400, "malformed"),
        ("NaN", b'{"x":NaN}', 400, "unknown_field"),
        ("NUL", b"\0", 400, "malformed"),
    ]


@pytest.mark.parametrize("op", CHANGES, ids=lambda op: op.name)
def test_a_body_that_is_none(api: Api, op):
    for name, body, status, code in bodies():
        answer = api.ask(op.method, filled(op.path), body, who="agency")
        assert (answer.status, answer.code) == (status, code), name
    assert api.application.watch.position == api.store.reader.last_position()


@pytest.mark.parametrize("op", WITH_FIELDS, ids=lambda op: op.name)
def test_a_member_that_is_given_twice(api: Api, op):
    """Whoever checks the first and whoever reads the last must not differ; however deep it stands."""
    before = api.store.reader.last_position()
    whole = json.dumps(op.example, separators=(",", ":"))
    for name in op.example:
        spelled = f'"{name}":{json.dumps(op.example[name], separators=(",", ":"))}'
        twice = whole.replace(spelled, f"{spelled},{spelled}", 1).encode()
        answer = api.ask(op.method, filled(op.path), twice, who="agency")
        assert (answer.status, answer.code) == (400, "wrong_type"), twice
        assert answer.body["facts"]["field"] == name
    assert api.store.reader.last_position() == before


def test_a_member_of_a_member_given_twice(api: Api):
    twice = json.dumps(api.form()).replace('"country"', '"country": "KG", "country"').encode()
    answer = api.ask("POST", "/bookings", twice, who="carrier")
    assert (answer.code, answer.body["facts"]["field"]) == ("wrong_type", "country")


@pytest.mark.parametrize("op", WITH_FIELDS, ids=lambda op: op.name)
def test_every_field_refuses_what_it_is_not(api: Api, op):
    before = api.store.reader.last_position()
    for name in op.example:
        for value in ([], {}, {"a": 1}, 1.5, -1, 10**30, "\0", "x" * 5_000, "\u202e" * 500, True):
            if name == "closed" and value is True:
                continue
            body = op.example | {name: value}
            answer = api.ask(op.method, filled(op.path), body, who="agency")
            if op.name == "cosign_head" and isinstance(value, str):
                # Any text may be brought as a note; one that is no head of this log is not found.
                assert answer.code in ("not_found", "wrong_type"), value
                continue
            assert answer.status == 400, (name, value)
            inside = isinstance(value, dict) and name == "vehicle"
            assert inside or answer.code == "wrong_type", (name, value)
        answer = api.ask(op.method, filled(op.path), op.example | {name + "x": 1}, who="agency")
        assert answer.code == "unknown_field"
    assert api.store.reader.last_position() == before


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("country", "K"),
        ("country", "KAZ"),
        ("country", "К2"),
        ("plate", ""),
        ("plate", "A\u0000B"),
        ("plate", "A\nB"),
        ("plate", 12345),
        ("vin", None),
        ("phone", "+" * 33),
        ("drivers", "one"),
        ("drivers", [""]),
        ("drivers", ["x" * 81]),
        ("drivers", ["a"] * 11),
        ("drivers", [None]),
    ],
)
def test_a_vehicle_that_cannot_be_meant(api: Api, field: str, value: object):
    form = api.form()
    answer = api.post("/bookings", form | {"vehicle": form["vehicle"] | {field: value}}, "carrier")
    assert (answer.status, answer.code) == (400, "wrong_type")
    assert answer.body["facts"]["field"].startswith(f"$.vehicle.{field}")


@pytest.mark.parametrize(
    "start",
    [
        "2026-06-14T10:00:00",
        "2026-06-14",
        "tomorrow",
        "",
        1781424000,
        "2026-06-31T10:00:00Z",
    ],
)
def test_a_start_that_is_no_instant(api: Api, start: object):
    answer = api.post("/bookings", api.form() | {"start": start}, "carrier")
    assert (answer.status, answer.code) == (400, "wrong_type")


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ("1999-12-31T23:00:00Z", "window_past"),
        ("0001-01-01T00:00:00+23:59", "window_past"),
        ("2100-01-01T00:00:00Z", "horizon_exceeded"),
        ("9999-12-31T23:59:59-23:59", "horizon_exceeded"),
    ],
)
def test_a_start_beyond_any_calendar(api: Api, start: str, code: str):
    assert api.post("/bookings", api.form() | {"start": start}, "carrier").code == code
    number = api.book()
    moved = api.put(f"/bookings/{number}/window", {"start": start}, "carrier")
    assert (moved.status, moved.code) == (409, code)


def test_invalid_utf8_and_half_a_pair_in_a_value(api: Api):
    text = json.dumps(api.form()).encode()
    bad = api.post("/bookings", text.replace(b"Invented", b"Inv\xff\xfe"), "carrier")
    assert (bad.status, bad.code) == (400, "not_utf8")
    half = api.post("/bookings", text.replace(b"Invented", b"\\ud800"), "carrier")
    assert (half.status, half.code) == (400, "malformed")
    assert api.post("/bookings", text + b"{}", "carrier").code == "malformed"


def test_a_missing_field_is_named(api: Api):
    form = api.form()
    del form["vehicle"]["plate"]
    answer = api.post("/bookings", form, "carrier")
    assert (answer.code, answer.body["facts"]["field"]) == ("missing_field", "$.vehicle.plate")


def test_what_was_typed_is_not_repeated(api: Api):
    form = api.form() | {"start": "<script>alert(1)</script>"}
    assert b"script" not in api.post("/bookings", form, "carrier").raw


def test_too_much_is_refused_before_it_is_read(api: Api):
    most = api.application.settings.body_bytes_max
    answer = api.post("/bookings", b" " * (most + 1), "carrier")
    assert (answer.status, answer.code) == (413, "too_large")
    assert answer.body["facts"] == {"most": most}
    # A length that says less than what comes.
    lied = {"content-length": "2"}
    assert api.post("/bookings", b" " * (most + 1), "carrier", headers=lied).status == 413
    # And one that says more than any number can hold.
    lied = {"content-length": "9" * 100}
    assert api.post("/bookings", b"{}", "carrier", headers=lied).status == 413


def test_a_body_comes_in_pieces_and_not_without_end(api: Api):
    body = json.dumps(api.form()).encode()
    scope = api.scope("POST", "/bookings", "carrier")
    pieces = [body[:20], body[20:25], body[25:]]

    async def receive() -> dict:
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    sent: list[dict] = []

    async def send(message: dict) -> None:
        sent.append(message)

    api.loop.run_until_complete(api.app(scope, receive, send))
    assert sent[0]["status"] == 201

    async def endless() -> dict:
        return {"type": "http.request", "body": b" " * 65_536, "more_body": True}

    sent.clear()
    api.loop.run_until_complete(api.app(api.scope("POST", "/bookings", "carrier"), endless, send))
    assert sent[0]["status"] == 413


def test_only_json_is_taken(api: Api):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        answer = api.post("/bookings", b"{}", "carrier", headers={"content-type": kind})
        assert (answer.status, answer.code) == (415, "wrong_media_type")
    kind = {"content-type": "Application/JSON; charset=utf-8"}
    assert api.post("/bookings", api.form(), "carrier", headers=kind).status == 201


@pytest.mark.parametrize(
    "q", ["x" * 600, "\0", "' OR 1=1--", "%", "_", "\U0001f69a", "1" + "0" * 300]
)
def test_a_search_for_strange_things_finds_nothing(api: Api, q: str):
    api.book()
    answer = api.post("/checkpoints/kz_a/search", {"q": q}, "officer")
    assert (answer.status, answer.body["items"]) == (200, [])


@pytest.mark.parametrize("q", ["", "x" * 601])
def test_a_search_for_nothing_or_too_much_is_refused(api: Api, q: str):
    answer = api.post("/checkpoints/kz_a/search", {"q": q}, "officer")
    assert (answer.status, answer.code) == (400, "wrong_type")
