"""The description and the page that shows it: complete, local, and nobody's real data in it."""

from __future__ import annotations

import gzip
import json
import re
from hashlib import sha256
from importlib.resources import files

import msgspec
import pytest

from kezek.api.mount import OPERATIONS, listed
from tests.api.app import Api, document, validator

READING = files("kezek.api") / "reading"


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


def test_the_page_loads_local_files_only(api: Api):
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    text = page.raw.decode()
    assert not re.search(r"https?://", text)
    assert "<script>" not in text
    for address in re.findall(r'(?:src|href)="(/[^"]+)"', text):
        found = api.get(address.removeprefix("/api/v1"))
        assert found.status == 200, address
    assert api.get("/docs/README.md").status == 404
    assert api.get("/docs/../mount.py").status == 404


def test_the_vendored_files_are_the_released_ones():
    listed = re.findall(
        r"^\| (\S+\.\w+) \| ([0-9a-f]{64}) \|$", (READING / "README.md").read_text(), re.MULTILINE
    )
    assert len(listed) == 2
    for name, digest in listed:
        unpacked = gzip.decompress((READING / f"{name}.gz").read_bytes())
        assert sha256(unpacked).hexdigest() == digest, name
