"""The description of the API as a page: plain HTML, made here, readable without script and in the dark.

It is made of the OpenAPI document, so that it says nothing else than what programs read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from shlex import quote
from typing import Any, TypeAlias

Document: TypeAlias = Mapping[str, Any]
_METHODS = ("get", "post", "put", "delete")
_CODE = re.compile(r"`([^`]+)`")


def page(document: Document, data: str) -> str:
    """The whole page, in English; `data` is what it says of open data."""
    info, server = document["info"], document["servers"][0]["url"]
    tags = [tag for tag in document["tags"] if any(_of(document, tag["name"]))]
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        "<title>Kezek API</title><link rel='icon' href='data:,'>",
        "<link rel='stylesheet' href='/api/v1/docs/style.css'></head><body>",
        f"<header><h1>Kezek API</h1><p>{_text(info['summary'])}, version {_text(info['version'])}. ",
        f"Addresses begin with <code>{_text(server)}</code>. ",
        "For programs: <a href='/api/v1/openapi.json'>openapi.json</a> (OpenAPI 3.1).</p>",
        f"<p>{_text(info['description'])}</p></header>",
        "<nav aria-label='Contents'><h2>Contents</h2>",
        "<p><a href='#data'>Open data: licence and history</a></p>",
        *(_contents(document, tag) for tag in tags),
        f"</nav><main>{data}",
    ]
    for tag in tags:
        parts.append(f"<h2 id='{tag['name']}'>{_title(tag['name'])}</h2>")
        parts.append(f"<p>{_text(tag['description'])}</p>")
        parts += (_operation(server, *found) for found in _of(document, tag["name"]))
    return "".join([*parts, "</main></body></html>\n"])


def _of(document: Document, tag: str) -> Iterator[tuple[str, str, Document]]:
    """Method, path and description of the operations of a tag."""
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if tag in methods.get(method, {}).get("tags", ()):
                yield method.upper(), path, methods[method]


def _contents(document: Document, tag: Document) -> str:
    entries = "".join(
        f"<li><a href='#{op['operationId']}'>{_text(op['summary'])}</a></li>"
        for _, _, op in _of(document, tag["name"])
    )
    return f"<h3><a href='#{tag['name']}'>{_title(tag['name'])}</a></h3><ul>{entries}</ul>"


def _operation(server: str, method: str, path: str, op: Document) -> str:
    public = {} in op["security"]
    body = op.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    return "".join(
        [
            f"<article id='{op['operationId']}'><h3>{_text(op['summary'])}</h3>",
            f"<p><code><span class='method'>{method}</span> {_text(path)}</code></p>",
            f"<p class='who'>{'Public: no key is needed.' if public else 'Needs an API key.'}</p>",
            f"<p>{_text(op['description'])}</p>",
            _parameters(op["parameters"]),
            _example("Request", _curl(server, method, path, op, body, public=public)),
            *_answers(op["responses"]),
            "</article>",
        ]
    )


def _parameters(parameters: Iterable[Document]) -> str:
    rows = "".join(
        f"<tr><td><code>{_text(one['name'])}</code></td><td>{_text(one['in'])}"
        f"{', required' if one['required'] else ''}</td><td>{_text(_shape(one))}</td></tr>"
        for one in parameters
    )
    head = "<tr><th scope='col'>name</th><th scope='col'>where</th><th scope='col'>what</th></tr>"
    return f"<div class='table'><table>{head}{rows}</table></div>" if rows else ""


def _shape(parameter: Document) -> str:
    schema = parameter["schema"]
    words = [
        parameter.get("description", schema.get("description", "")),
        str(schema.get("type", "")),
    ]
    if "enum" in schema:
        words[-1] = "one of " + ", ".join(f"`{value}`" for value in schema["enum"])
    bounds = {
        "minimum": "from",
        "maximum": "to",
        "maxLength": "at most this long:",
        "default": "else",
    }
    words += [f"{word} `{schema[name]}`" for name, word in bounds.items() if name in schema]
    words += [f"such as `{parameter['example']}`"] if "example" in parameter else []
    return "; ".join(word.rstrip(".") for word in words if word)


def _curl(server: str, method: str, path: str, op: Document, body: Any, *, public: bool) -> str:
    filled = path
    for one in op["parameters"]:
        if one["in"] == "path":
            filled = filled.replace(f"{{{one['name']}}}", str(one["example"]))
    words = ["curl", *(["-X", method] if method not in ("GET", "POST") else [])]
    words += [] if public else ["-H", "'Authorization: Bearer kzk_…'"]
    if body is not None:
        sent = json.dumps(body, ensure_ascii=False, indent=2)
        words += ["-H", "'Content-Type: application/json'", "\\\n  -d", quote(sent)]
    elif method == "POST":
        words += ["-X", "POST"]
    return " ".join([*words, server + filled])


def _answers(responses: Mapping[str, Document]) -> Iterator[str]:
    problems = []
    for status, response in responses.items():
        content = response.get("content", {})
        if "application/problem+json" in content:
            problems.append(f"{status} {response['description']}")
            continue
        for kind in content.values():
            if "example" in kind:
                told = json.dumps(kind["example"], ensure_ascii=False, indent=2)
                yield _example(f"Answer {status}", told)
    yield f"<details><summary>Problems</summary><p>{'<br>'.join(map(_text, problems))}</p></details>"


def _example(title: str, text: str) -> str:
    return f"<details><summary>{title}</summary><pre tabindex='0'>{escape(text)}</pre></details>"


def _title(tag: str) -> str:
    return escape(tag.capitalize())


def _text(text: str) -> str:
    """Words of the description; what stands between backticks is code."""
    return _CODE.sub(r"<code>\1</code>", escape(str(text)))
