"""Who is let in, how often, and what comes out when a request or the world is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kezek.api.frame.problem import FAULTS, REFUSALS, ApiProblem, Wrong
from kezek.api.mount import OPERATIONS
from kezek.app.desk.desk import Overloaded
from kezek.app.port import StoreFault
from kezek.app.server.rate import KEPT_MAX, Rates
from kezek.domain.account.account import ApiKey
from kezek.domain.account.decide import RevokeKey
from kezek.domain.kernel.instant import MINUTE
from kezek.domain.kernel.refusal import Reason
from tests.api.app import Api
from tests.world import ADMIN


def filled(path: str) -> str:
    for part, value in (("checkpoint", "kz_a"), ("number", "1"), ("day", "2026-06-14")):
        path = path.replace(f"{{{part}}}", value)
    return path.replace("{regulation}", "kz")


LOCKED = [op for op in OPERATIONS if not op.public]


@pytest.mark.parametrize("op", LOCKED, ids=lambda op: op.name)
def test_what_is_not_public_needs_a_key(api: Api, op):
    for who in ("", "kzk_nonsense", "\x7f" * 300):
        answer = api.ask(op.method, filled(op.path), op.example, who=who)
        assert (answer.status, answer.code) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("shown", [b"Basic YTpi", b"Bearer", b"Bearer ", b"\xff\xfe", b"bearer\tx"])
def test_a_strange_authorization_opens_nothing(api: Api, shown: bytes):
    assert api.get("/board", headers={"authorization": shown}).status == 401


def test_a_withdrawn_key_opens_nothing_from_then_on(api: Api):
    assert api.get("/me", "carrier").status == 200
    number = max(key.id for key in api.store.reader.all(ApiKey))
    api.keys["new"] = api.issue("carrier", "carrier", "*")
    assert api.get("/me", "new").status == 200
    api.application.desk.ask(RevokeKey("", ADMIN, number + 1))
    assert api.get("/me", "new").status == 401


def test_a_key_says_what_it_may_do(api: Api):
    me = api.get("/me", "officer").body
    assert me["grants"] == [{"role": "officer", "place": "kz_a"}]
    assert me["rate"] == 1_000_000


def test_a_key_has_its_own_rate(api: Api):
    api.keys["slow"] = api.issue("carrier", "carrier", "*", rate=3)
    told = [api.get("/me", "slow") for _ in range(4)]
    assert [answer.status for answer in told] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in told[:3]] == ["2", "1", "0"]
    assert told[3].code == "rate_limited"
    assert 1 <= int(told[3].headers["retry-after"]) <= 20
    assert told[3].body["retryable"] is True
    assert api.get("/me", "carrier").status == 200


def test_an_address_without_a_key_has_the_public_rate(tmp_path: Path):
    api = Api(tmp_path, {"rate_public": 2})
    try:
        assert [api.get("/keys").status for _ in range(3)] == [200, 200, 429]
        assert api.get("/keys", address="192.0.2.2").status == 200
        # Guessing keys is counted too, and so is what does not exist.
        assert api.get("/me", "kzk_guess", address="192.0.2.3").status == 401
        assert api.get("/nothing", address="192.0.2.3").status == 404
        assert api.get("/me", "kzk_guess", address="192.0.2.3").status == 429
        # One household has one network, not 2**64 addresses.
        assert [api.get("/keys", address=f"2001:db8::{n}").status for n in range(3)] == [
            200,
            200,
            429,
        ]
    finally:
        api.close()


def test_behind_a_proxy_the_address_is_the_last_one_named(tmp_path: Path):
    ours = {"proxy_header": "X-Forwarded-For", "proxies": "127.0.0.1, 192.0.2.0/24"}
    api = Api(tmp_path, {"rate_public": 1} | ours)
    try:

        def ask(named: str, peer: str = "192.0.2.1") -> int:
            return api.get("/keys", headers={"x-forwarded-for": named}, address=peer).status

        assert ask("198.51.100.1") == 200
        assert ask("203.0.113.9, 198.51.100.1") == 429
        assert ask("198.51.100.1, 198.51.100.2") == 200
        strangers = [ask(f"198.51.100.{n}", "203.0.113.7") for n in (3, 4)]
        assert strangers == [200, 429], "nobody else is believed"
    finally:
        api.close()


def test_a_bulk_is_counted_as_its_rows(api: Api):
    api.keys["fleet"] = api.issue("carrier", "carrier", "*", rate=10)
    rows = [api.form(n) for n in range(10)]
    assert api.post("/bookings/bulk", {"rows": rows}, "fleet").body["booked"] == 10
    assert api.get("/me", "fleet").status == 429


def test_bulks_that_were_let_in_together_are_counted_before_they_are_done(api: Api):
    api.keys["fleet"] = api.issue("carrier", "carrier", "*", rate=60)
    keyed = api.application.access.keyed(api.keys["fleet"])
    # Many more have been let in, and their rows arrive first.
    api.application.rates.take(f"key {keyed.id}", 60)
    api.application.rates.charge(f"key {keyed.id}", 60, 55)
    first, second = ([api.form(n) for n in range(at, at + 10)] for at in (0, 10))
    assert api.post("/bookings/bulk", {"rows": first}, "fleet").body["booked"] == 10
    refused = api.post("/bookings/bulk", {"rows": second}, "fleet")
    assert refused.code == "rate_limited"


def test_a_minute_later_all_may_be_sent_again():
    now = 1_000_000
    rates = Rates(lambda: now)
    assert [rates.take("a", 2).retry_after for _ in range(3)] == [0, 0, 30]
    now += MINUTE // 2
    assert [rates.take("a", 2).retry_after for _ in range(2)] == [0, 30]
    now += 10 * MINUTE
    assert [rates.take("a", 2).remaining for _ in range(2)] == [1, 0]
    assert rates.take("b", 2).retry_after == 0
    assert rates.charge("b", 2, 3).retry_after == 0
    assert rates.take("b", 2).retry_after == 90
    assert rates.charge("b", 2, 3).retry_after == 60, "the minute is used up"
    assert rates.take("b", 2).retry_after == 90, "what was refused was not counted"


def test_a_flood_of_addresses_is_forgotten():
    rates = Rates(lambda: 1_000_000)
    for n in range(2 * KEPT_MAX):
        rates.take(f"address {n}", 600)
    assert len(rates._empty_at) <= KEPT_MAX


# Addresses and methods.


@pytest.mark.parametrize(
    "path", ["/", "", "/nothing", "/checkpoints/kz_a/x", "/bookings/1/2/3", "/a\x00b"]
)
def test_an_address_that_is_none(api: Api, path: str):
    answer = api.get(path)
    assert (answer.status, answer.code) == (404, "not_found")


def test_a_method_that_is_none_names_those_that_are(api: Api):
    answer = api.ask("DELETE", "/bookings/1")
    assert (answer.status, answer.code) == (405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD"
    assert api.ask("PATCH", "/bookings").headers["allow"] == "GET, HEAD, POST"
    assert api.ask("GET", "/calls").headers["allow"] == "POST"


# Faults of the world.


def failing(api: Api, fault: Exception) -> None:
    async def submit(_command: object) -> None:
        raise fault

    api.application.desk.submit = submit


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Overloaded(), 503, "overloaded"),
        (StoreFault("disk full at /secret/path"), 503, "unavailable"),
    ],
)
def test_a_fault_of_the_world_says_when_to_come_back(api: Api, fault, status: int, code: str):
    failing(api, fault)
    answer = api.post("/bookings", api.form(), "carrier")
    assert (answer.status, answer.code) == (status, code)
    assert int(answer.headers["retry-after"]) > 0
    assert b"secret" not in answer.raw
    bulk = api.post("/bookings/bulk", {"rows": [api.form()]}, "carrier")
    assert bulk.body["rows"][0]["problem"]["code"] == code


def test_our_own_mistake_leaks_nothing_but_an_id(api: Api, caplog: pytest.LogCaptureFixture):
    failing(api, ZeroDivisionError("secret"))
    scope = api.scope("POST", "/bookings", "carrier")
    body = json.dumps(api.form()).encode()
    answer = api.loop.run_until_complete(api._ask(scope, body))
    assert (answer.status, answer.code) == (500, "internal")
    assert b"secret" not in answer.raw
    assert b"Division" not in answer.raw
    assert answer.body["facts"]["id"] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "TST00001" not in caplog.text


# The tables.


def test_every_refusal_and_every_fault_has_a_status():
    assert list(REFUSALS) == list(Reason)
    assert list(FAULTS) == list(Wrong)
    assert {*REFUSALS.values()} <= {403, 404, 409, 422, 429}
    assert not {*map(str, Reason)} & {*map(str, Wrong)}


@pytest.mark.parametrize("code", [*Reason, *Wrong], ids=str)
@pytest.mark.parametrize("language", ["en", "ru", "kk"])
def test_every_code_makes_a_whole_problem(code, language: str):
    body = ApiProblem(code).body(language)
    assert body.title
    assert body.detail
    assert body.type == f"/docs/refusals#{code}"
    assert 400 <= body.status < 600


def test_a_program_without_a_key_is_told_of_keys_not_of_signing_in():
    told = ApiProblem(Wrong.UNAUTHENTICATED).body("en")
    assert "API key" in told.detail
    assert "Authorization" in told.next
    assert ApiProblem(Reason.KEY_REUSED).body("en").next == "Send a new request with a new key."
