"""The description and the page that shows it: complete, local, and nobody's real data in it."""

from __future__ import annotations

import gzip
import json
import re
from html import escape

import msgspec
import pytest

from kezek.api.mount import OPERATIONS, listed
from tests.api.app import Api, document, validator


def operations() -> list[tuple[str, dict]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_description_is_served_and_names_every_operation(api: Api):
    served = api.get("/openapi.json").body
    assert served["openapi"].startswith("3.1")
    assert served["servers"] == [{"url": "http://127.0.0.1:8470/api/v1"}]
    named = {
        (method.upper(), "/api/v1" + path)
        for path, methods in served["paths"].items()
        for method in methods
    }
    assert named == {(method, path) for method, path, _ in listed()}
    assert len({op.name for op in OPERATIONS}) == len(OPERATIONS)


def test_the_published_types_end_in_what_they_are():
    for op in OPERATIONS:
        assert op.query is None or op.query.__name__.endswith("Query"), op.name
        assert op.body is None or op.body.__name__.endswith("Request"), op.name
        answers = (
            "Response",
            "List",
            "Page",
            "Now",
            "Keys",
        )  # rows, a piece of rows, a stream's word
        assert op.answer is None or op.answer.__name__.endswith(answers), op.name


@pytest.mark.parametrize(("name", "operation"), operations(), ids=lambda one: str(one)[:40])
def test_every_operation_says_what_it_is(name: str, operation: dict):
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert {"429", "500", "503", "401"} <= set(operation["responses"])
    assert operation["security"] in ([{"key": []}], [{}, {"key": []}])
    for status, response in operation["responses"].items():
        assert response["description"], status
    if name.startswith(("POST", "PUT")):
        assert {"400", "413", "415"} <= set(operation["responses"])
        if operation["operationId"] != "search_bookings":  # a question with a body
            assert "422" in operation["responses"]
            assert "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
        assert "example" in operation["requestBody"]["content"]["application/json"]


@pytest.mark.parametrize(("name", "operation"), operations(), ids=lambda one: str(one)[:40])
def test_every_example_fits_its_schema(name: str, operation: dict):
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    answers = [
        content
        for response in operation["responses"].values()
        for kind, content in response.get("content", {}).items()
        if kind != "text/event-stream"
    ]
    for content in ([body] if body else []) + answers:
        kind = content["schema"]["$ref"].rpartition("/")[2]
        problems = [error.message for error in validator(kind).iter_errors(content["example"])]
        assert not problems, (name, kind, problems)


@pytest.mark.parametrize("op", [op for op in OPERATIONS if op.body], ids=lambda op: op.name)
def test_every_example_of_a_body_is_one_that_is_read(op):
    msgspec.json.decode(json.dumps(op.example), type=op.body)


def test_every_code_in_an_answer_of_the_tests_was_described():
    """`tests/api/app.py` holds each answer against the description; this is where that is promised."""
    for op in OPERATIONS:
        described = document()["paths"][op.path][op.method.lower()]["responses"]
        told = " ".join(response["description"] for response in described.values())
        for reason in op.refusals:
            assert f"`{reason}`" in told


def test_the_page_needs_no_script_and_nothing_from_elsewhere(api: Api):
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    text = page.raw.decode()
    assert "<script" not in text
    for address in re.findall(r"(?:src|href)='([^'#]+)'", text):
        if address.startswith("/"):
            assert api.get(address.removeprefix("/api/v1")).status == 200, address
    assert not re.search(r"(?:src=|@import|url\()['\" ]*https?:", text)
    assert api.get("/docs/README.md").status == 404
    assert api.get("/docs/../mount.py").status == 404


def test_the_page_says_what_programs_read_with_examples_and_who_needs_a_key(api: Api):
    text = api.get("/docs").raw.decode()
    articles = dict(re.findall(r"<article id='(\w+)'>(.*?)</article>", text, re.DOTALL))
    assert articles.keys() == {op["operationId"] for _, op in operations()}
    for name, op in operations():
        told = articles[op["operationId"]]
        assert escape(op["summary"]) in told, name
        public = {} in op["security"]
        assert ("Public: no key" in told) == public == ("Authorization" not in told), name
        assert "curl" in told
        for parameter in op["parameters"]:
            assert f"<code>{parameter['name']}</code>" in told, name
    assert "Answer 201" in articles["create_booking"]
    assert "CC&nbsp;BY" in text, "the licence of open data"
    assert "Past\nboards are not kept" in text, "and its history"
    anchors = set(re.findall(r"id='(\w+)'", text))
    assert set(re.findall(r"href='#(\w+)'", text)) <= anchors


def test_the_page_is_light(api: Api):
    """On a line of 400 kbit/s and 400 ms it is there in four seconds."""
    packed = [
        api.get(path, headers={"accept-encoding": "br, gzip"})
        for path in ("/docs", "/docs/style.css")
    ]
    for answer, path in zip(packed, ("/docs", "/docs/style.css"), strict=True):
        assert answer.headers["content-encoding"] == "gzip"
        assert gzip.decompress(answer.raw) == api.get(path).raw
    assert sum(len(answer.raw) for answer in packed) < 50_000
    assert b"light dark" in gzip.decompress(packed[1].raw)
