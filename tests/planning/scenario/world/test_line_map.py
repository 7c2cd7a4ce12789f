"""Lines of fields, whatever form the file takes."""

from __future__ import annotations

from kezek.planning.scenario.world.line_map import LineMap

TEXT = '''\
# [not.a.table]
title = """
[nor.this]
x = 1
"""
a.b = { c = 1 }
[table]
"quoted.key" = [
  "one", # ]
  2,
]
after = 1
[[list]]
x = 1
[[list.inner]]
y = 1
[[list.inner]]
y = 2
[[list]]
[[list.inner]]
y = 3
[list.of]
z = 1
'''


def test_every_field_is_found_on_its_line():
    lines = LineMap(TEXT)
    assert {
        path: lines.line(path)
        for path in (
            "title",
            "a.b",
            "a.b.c",
            "table",
            "table.quoted.key",
            "table.after",
            "list[0].x",
            "list[0].inner[1].y",
            "list[1].inner[0].y",
            "list[1].of.z",
        )
    } == {
        "title": 2,
        "a.b": 6,
        "a.b.c": 6,
        "table": 7,
        "table.quoted.key": 8,
        "table.after": 12,
        "list[0].x": 14,
        "list[0].inner[1].y": 18,
        "list[1].inner[0].y": 21,
        "list[1].of.z": 23,
    }


def test_what_is_not_there_is_told_by_what_it_would_stand_in():
    lines = LineMap(TEXT)
    assert lines.line("list[1].inner[0].missing") == 20
    assert lines.line("nothing") == 1
