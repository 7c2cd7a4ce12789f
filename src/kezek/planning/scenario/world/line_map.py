"""The line of each field of a TOML file, which the standard library's reader does not give.

Only headers, keys and the ends of values over several lines are read.  A field inside one value, an
inline table or an array, has the line of the value's key.
"""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(
    r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*="""
)
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*",
    re.DOTALL,
)
_STEP = re.compile(r"\.([^.\[\]]+)|\[([^\]]*)\]")


class LineMap:
    """The lines of a file's fields, by paths such as `checkpoint[0].stage[1].lanes`."""

    def __init__(self, text: str) -> None:
        self._lines: dict[str, int] = {}
        self._count: dict[str, int] = {}
        table, depth = "", 0
        for number, line in enumerate(_blanked(text).splitlines(), 1):
            if depth == 0:
                header, key = _HEADER.match(line), _KEY.match(line)
                if header and not key:
                    table = self._enter(_parts(header[2]), many=header[1] == "[[")
                    self._lines.setdefault(table, number)
                    continue
                if key:
                    self._note(table, _parts(key[1]), number)
                    line = line[key.end() :]  # noqa: PLW2901 - the rest is the value
            depth = max(
                0, depth + sum(line.count(c) for c in "[{") - sum(line.count(c) for c in "]}")
            )

    def line(self, path: str) -> int:
        """The line of a field, or else of the table that contains it; 1 for the whole file."""
        while path:
            if path in self._lines:
                return self._lines[path]
            path = re.sub(r"(\.[^.\[\]]+|\[[^\]]*\]|^[^.\[\]]+)$", "", path)
        return 1

    def _enter(self, parts: list[str], *, many: bool) -> str:
        path = ""
        for at, part in enumerate(parts):
            path = f"{path}.{part}" if path else part
            last = at == len(parts) - 1
            if last and many:
                self._count[path] = self._count.get(path, -1) + 1
            if path in self._count:
                path = f"{path}[{self._count[path]}]"
        # A table inside an array's newest element begins to count anew.
        for inner in [known for known in self._count if known.startswith(path + ".")]:
            if many:
                del self._count[inner]
        return path

    def _note(self, table: str, parts: list[str], number: int) -> None:
        path = table
        for part in parts:
            path = f"{path}.{part}" if path else part
            self._lines.setdefault(path, number)


def dotted(path: str) -> str:
    """A checker's `$.checkpoint[0].lanes` as the file's own words: `checkpoint[0].lanes`."""
    return path.removeprefix("$").removeprefix(".")


def _parts(key: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(key)]


def _blanked(text: str) -> str:
    """The text without the content of strings and comments, with the same lines.

    Keys in quotes stay: they end before the equals sign.
    """

    def blank(match: re.Match[str]) -> str:
        found = match[0]
        rest = text[match.end() :].lstrip(" \t")
        is_key = found[0] in "\"'" and "\n" not in found and rest[:1] in {"=", ".", "]"}
        return found if is_key else "\n" * found.count("\n")

    return _TEXT.sub(blank, text)
