"""Examples for answers, made from their schemas with invented values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# What a field of this name holds in an example; other fields hold something of their type.
_BY_NAME: Mapping[str, Any] = {
    "actor": "account:7",
    "authority": "kz",
    "basis": "board",
    "booking": 1024,
    "can": ["cancel", "move"],
    "checkpoint": "kz_syrym",
    "class": "in_turn",
    "code": "7KQ2",
    "confidence": "high",
    "country": "KZ",
    "currency": "KZT",
    "direction": "exit",
    "drivers": ["A. Example"],
    "exception": "",
    "first_day": "2026-06-14",
    "id": "kz_syrym",
    "interleave": ["priority", "in_turn", "walk_in"],
    "issuer": "http://127.0.0.1:8470",
    "joins": "next_round",
    "kind": "confirmed",
    "line": "kz_syrym.exit",
    "minor": 432500,
    "minutes": 60,
    "name_en": "Syrym",
    "neighbour": "Russia",
    "next": "",
    "number": 1024,
    "phone": "+77010000000",
    "plate": "123ABC02",
    "pool": "ordinary",
    "reason": "",
    "regulation": "kz",
    "role": "carrier",
    "place": 3,
    "state": "open",
    "status": "confirmed",
    "tail": "C02",
    "ticket_url": "http://127.0.0.1:8470/t/1024-AAAAAAAAAAAAAAAAAAAAAA",
    "vin": "",
    "zone": "Asia/Oral",
}
_BY_FORMAT = {"date-time": "2026-06-14T10:00:00Z", "date": "2026-06-14"}
_BY_TYPE: Mapping[str, Any] = {
    "string": "text",
    "integer": 1,
    "number": 1.5,
    "boolean": False,
    "null": None,
}


def example_of(name: str, schemas: Mapping[str, Any]) -> Any:
    """An example of a schema of the components, which must not hold itself."""
    return _of("", {"$ref": name}, schemas)


def _of(field: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _of("", schemas[schema["$ref"].rpartition("/")[2]], schemas)
    if "anyOf" in schema:
        # Null is listed last; an example shows what there is to see.
        return _of(field, schema["anyOf"][0], schemas)
    kind = schema.get("type")
    if kind == "object":
        inside = schema.get("properties", {})
        return {name: _of(name, of, schemas) for name, of in inside.items()}
    if kind == "array":
        known = _BY_NAME.get(field)
        return known if isinstance(known, list) else [_of("", schema["items"], schemas)]
    if schema.get("format") in _BY_FORMAT:
        return _BY_FORMAT[schema["format"]]
    known = _BY_NAME.get(field)
    wanted = {"string": str, "integer": int, "boolean": bool}.get(str(kind))
    if wanted is not None and type(known) is wanted:
        return known
    return _BY_TYPE.get(str(kind))
