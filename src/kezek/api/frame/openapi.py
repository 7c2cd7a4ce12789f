"""The description of the API (OpenAPI 3.1), made from the table of operations."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import cleandoc
from typing import Any

import msgspec

from kezek.api.frame.example import example_of
from kezek.api.frame.form import ID_LENGTH_MAX, ID_PATTERN, NUMBER_MAX
from kezek.api.frame.operation import Operation
from kezek.api.frame.problem import FAULTS, REFUSALS, ProblemBody, Wrong
from kezek.domain.kernel.refusal import Reason

PREFIX = "/api/v1"
_REF = "#/components/schemas/{name}"
_PART = re.compile(r"{(\w+)}")

NOUNS = {
    "checkpoints": "Posts of the network, as published.",
    "availability": "Free places by day and window.",
    "bookings": "One vehicle's right to cross in a window.",
    "turns": "The officers' steps at the waiting area and the gate.",
    "calendar": "What a day can hold.",
    "board": "What everybody sees.",
    "forecasts": "When the call and the crossing are likely.",
    "log": "Every accepted decision.",
    "regulations": "Rule sets as data.",
    "keys": "Who asks, and how tickets are checked.",
}

PARTS: Mapping[str, dict[str, Any]] = {
    "checkpoint": {
        "type": "string",
        "pattern": ID_PATTERN,
        "minLength": 1,
        "maxLength": ID_LENGTH_MAX,
    },
    "regulation": {"type": "string", "pattern": "^[a-z0-9-]+$", "minLength": 1, "maxLength": 64},
    "number": {"type": "integer", "minimum": 1, "maximum": NUMBER_MAX},
    "day": {"type": "string", "format": "date"},
}
_PART_EXAMPLES = {
    "checkpoint": "kz_syrym",
    "regulation": "kz",
    "number": 1024,
    "day": "2026-06-14",
}

ALWAYS = (Wrong.RATE_LIMITED, Wrong.UNAUTHENTICATED, Wrong.UNAVAILABLE, Wrong.INTERNAL)
WITH_QUERY = (Wrong.UNKNOWN_FIELD, Wrong.MISSING_FIELD, Wrong.WRONG_TYPE)
WITH_BODY = (
    Wrong.MALFORMED,
    Wrong.NOT_UTF8,
    Wrong.UNKNOWN_FIELD,
    Wrong.MISSING_FIELD,
    Wrong.WRONG_TYPE,
    Wrong.WRONG_IDEMPOTENCY_KEY,
    Wrong.TOO_LARGE,
    Wrong.WRONG_MEDIA_TYPE,
    Wrong.OVERLOADED,
)

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Any visible ASCII characters. The same key with the same body has one effect.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 200},
    "example": "order-7781-truck-2",
}


def description(operations: Iterable[Operation], issuer: str, version: str) -> dict[str, Any]:
    """The whole document, ready to be encoded."""
    operations = tuple(operations)
    kinds = {ProblemBody}
    for op in operations:
        kinds |= {kind for kind in (op.body, op.answer) if kind is not None}
    in_order = sorted(kinds, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(in_order, ref_template=_REF)
    _state_what_is_sent(schemas, operations)
    paths: dict[str, dict[str, Any]] = {}
    for op in operations:
        paths.setdefault(op.path, {})[op.method.lower()] = _operation(op, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kezek",
            "version": version,
            "summary": "An electronic queue for border crossings",
            "description": _INTRODUCTION,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": issuer + PREFIX}],
        "tags": [{"name": name, "description": text} for name, text in NOUNS.items()],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "An API key: `kzk_…`."}
            },
        },
    }


_INTRODUCTION = (
    "Reading what is public needs no key. Everything else takes an API key as a bearer token. Send an "
    "`Idempotency-Key` with whatever changes something: the same key and body have one effect and get "
    "the same answer, with the header `Idempotency-Replayed: true`. A refusal is a problem (RFC 9457) "
    "with a stable `code`; new fields may appear in answers. Instants are RFC 3339 in UTC; days are "
    "those of the checkpoint."
)


def _state_what_is_sent(schemas: dict[str, Any], operations: Iterable[Operation]) -> None:
    """Answers always have all their fields; only requests may leave some out."""
    forms = {op.body.__name__ for op in operations if op.body} | {"VehicleRequest"}
    for name, schema in schemas.items():
        if name not in forms and "properties" in schema:
            schema["required"] = list(schema["properties"])
        if "description" in schema:
            schema["description"] = cleandoc(schema["description"])


def _operation(op: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": op.name,
        "tags": [op.noun],
        "summary": op.summary,
        "description": op.description,
        "parameters": _parameters(op),
        "responses": _responses(op, schemas),
        # A key is never asked for where the public may read; one that is sent counts all the same.
        "security": [{}, {"key": []}] if op.public else [{"key": []}],
    }
    if op.body is not None:
        content = {"schema": _ref(op.body), "example": op.example}
        described["requestBody"] = {
            "required": not op.body_optional,
            "content": {"application/json": content},
        }
    return described


def _parameters(op: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": PARTS[name],
            "example": _PART_EXAMPLES[name],
        }
        for name in _PART.findall(op.path)
    ]
    if op.query is not None:
        _, schemas = msgspec.json.schema_components([op.query], ref_template=_REF)
        schema = schemas[op.query.__name__]
        for name, of in schema["properties"].items():
            shape = _without_null(of)
            required = name in schema.get("required", ())
            found.append({"name": name, "in": "query", "required": required, "schema": shape})
    if op.changes:
        found.append(IDEMPOTENCY_KEY)
    return found


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A query field that may be left out; it cannot be null, and a default of null says nothing."""
    left = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    shape = dict(left[0]) if left else dict(schema)
    shape |= {k: v for k, v in schema.items() if k not in ("anyOf", "default")}
    if schema.get("default") is not None:
        shape["default"] = schema["default"]
    return shape


def _responses(op: Operation, schemas: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if op.answer is not None:
        shown = op.answer_example or example_of(op.answer.__name__, schemas)
        if op.media_type == "application/json":
            content = {op.media_type: {"schema": _ref(op.answer), "example": shown}}
        else:
            content = {op.media_type: {"schema": _event(op.answer)}}
    response: dict[str, Any] = {"description": HTTPStatus(op.status).phrase, "content": content}
    if op.changes:
        response["headers"] = {
            "Idempotency-Replayed": {
                "description": "`true` when this answers a request that was done before",
                "schema": {"type": "string", "enum": ["true"]},
            }
        }
    responses = {str(op.status): response}
    if op.cached:
        responses["304"] = {"description": "Nothing has changed since the `ETag` that was sent"}
    return responses | _problems(op)


def _event(kind: type[Any]) -> dict[str, Any]:
    """An event of a stream as its reader sees it: three texts, the last of which is JSON."""
    inside = {"contentMediaType": "application/json", "contentSchema": _ref(kind)}
    return {
        "type": "object",
        "required": ["event", "id", "data"],
        "properties": {
            "event": {"type": "string", "const": "board"},
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "data": {"type": "string", **inside},
        },
    }


def _problems(op: Operation) -> dict[str, Any]:
    codes: list[Wrong | Reason] = [*ALWAYS, *WITH_QUERY, *op.wrongs, *op.refusals]
    if op.changes:
        codes.append(Reason.KEY_REUSED)
    if op.embodied:
        codes += WITH_BODY
    if "{" in op.path:
        codes.append(Wrong.NOT_FOUND)
    by_status: dict[int, list[str]] = {}
    for code in codes:
        status = REFUSALS[code] if isinstance(code, Reason) else FAULTS[code]
        by_status.setdefault(status, []).append(f"`{code}`")
    return {
        str(status): {
            "description": ", ".join(dict.fromkeys(found)),
            "content": {
                "application/problem+json": {
                    "schema": _ref(ProblemBody),
                    "example": _problem_example(found[0].strip("`"), status),
                }
            },
        }
        for status, found in sorted(by_status.items())
    }


def _problem_example(code: str, status: int) -> dict[str, Any]:
    return {
        "type": f"/docs/refusals#{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": status,
        "detail": "A sentence in the language of Accept-Language.",
        "code": code,
        "facts": {},
        "retryable": False,
        "next": "What to do, in the same language.",
    }


def _ref(kind: type[Any]) -> dict[str, str]:
    return {"$ref": _REF.format(name=kind.__name__)}
