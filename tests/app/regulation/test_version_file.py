"""The versions of a rule set as files: read whole, or refused with file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kezek.app.regulation.regulation import RegulationFault
from kezek.app.regulation.version_file import read_versions
from kezek.domain.regulation.regulation import ChosenBy, VersionStatus
from kezek.domain.regulation.regulations import Regulations
from tests.world import TINY

FIRST = TINY


def dated(on: str, more: str = "") -> str:
    """The rule set with another first day, and more lines at its head."""
    return more + re.sub(r"effective_on = .*", f"effective_on = {on}", TINY)


POOLS = """
[[pool]]
name = "ordinary"
[[pool]]
name = "kept"
reserved = true
"""
FRESH = """
[[class]]
name = "fresh"
pool = "kept"
fee_units = 1
basis = "invented"
source = ""
"""


def swapped(on: str) -> str:
    """The rule set with its pools' parts exchanged."""
    text = dated(on).replace('pool = "ordinary"', 'pool = "kept"')
    return text + POOLS.replace("ordinary", "x").replace("kept", "ordinary").replace("x", "kept")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "xx-tiny").mkdir()
    (tmp_path / "xx-tiny" / "1.toml").write_text(dated("2026-01-01"))
    return tmp_path


def write(folder: Path, text: str) -> list:
    (folder / "xx-tiny" / "2.toml").write_text(text)
    return read_versions(folder)


def test_a_folder_holds_the_versions_of_a_rule_set(folder):
    (folder / "yy.toml").write_text(dated("2026-01-01").replace("xx-tiny", "yy"))
    found = write(folder, dated("2026-07-01", "windows_from = 2026-08-01\n"))
    rules = Regulations({}, versions=found)
    assert [one.effective_on for one in rules.sets["xx-tiny"].versions] == [
        "2026-01-01",
        "2026-07-01",
    ]
    assert rules["xx-tiny"].windows_from == "2026-08-01"
    assert rules.keys() == {"xx-tiny", "yy"}


@pytest.mark.parametrize("status", ["draft", "proposal"])
def test_what_is_not_in_force_governs_no_line(folder, status):
    found = write(folder, dated("2026-07-01", f'status = "{status}"\n'))
    rules = Regulations({}, versions=found)
    assert len(rules.sets["xx-tiny"].versions) == 1
    assert [one.status for one in rules.of("xx-tiny")] == [
        VersionStatus.IN_FORCE,
        VersionStatus(status),
    ]
    assert rules.every()["xx-tiny@2026-07-01"].status == status


def test_a_decree_names_the_instant_of_a_field(folder):
    found = write(
        folder, dated("2026-07-01") + '[transition]\nno_show_minutes = "now"\nfee_unit = "window"\n'
    )
    assert found[1].transition == {
        "no_show_after": ChosenBy.NOW,
        "fee_unit": ChosenBy.WINDOW,
        "fee_unit_name": ChosenBy.WINDOW,
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            dated("2026-01-01"),
            r"2\.toml: line \d+: effective_on: two versions of xx-tiny",
        ),
        (
            dated("2026-01-01", 'status = "draft"\n'),
            r"2\.toml: line \d+: effective_on: two versions of xx-tiny",
        ),
        (
            dated("2026-07-01", "until = 2026-12-31\n"),
            r"2\.toml: line 1: until: no version follows",
        ),
        (
            dated("2026-07-01", 'status = "perhaps"\n'),
            r"xx-tiny/2\.toml: line 1: status: .*perhaps",
        ),
        (
            dated("2026-07-01") + '[transition]\nnothing = "now"\n',
            r"2\.toml: line \d+: transition\.nothing",
        ),
        (dated("2026-07-01") + '[transition]\ncall_minutes = "never"\n', r"2\.toml.*never"),
        *(
            (
                dated("2026-07-01") + f'[transition]\n{field} = "{by}"\n',
                rf"2\.toml: line \d+: transition\.{field}: .*'{by}'; write '",
            )
            for field, by in (
                ("window_minutes", "now"),
                ("pool", "booking"),
                ("interleave", "booking"),
                ("horizon_days", "window"),
                ("fee_units", "now"),
            )
        ),
        (
            dated("2026-07-01") + POOLS.replace('"kept"', '"spare"'),
            r"2\.toml: line \d+: pool\[1\]\.name: .*no pool 'spare'",
        ),
        (
            dated("2026-07-01") + POOLS.partition('[[pool]]\nname = "kept')[0],
            r"2\.toml: line \d+: pool: the pool 'kept'",
        ),
        (
            swapped("2026-07-01"),
            r"2\.toml: line \d+: pool\[0\]\.reserved: .*'kept'",
        ),
        (
            dated("2026-07-01").replace('pool = "none"', 'pool = "kept"'),
            r"2\.toml: line \d+: class\[1\]\.pool: 'walk_in' takes its places of 'none'",
        ),
        (
            dated("2026-07-01", "windows_from = 2026-06-01\n"),
            "it cuts windows before it is in force",
        ),
        (dated("2026-07-01", "until = 2026-06-01\n"), "it ends before it begins"),
        (dated("2026-07-01").replace('"walk_in"', '"postal"'), "walk_in"),
    ],
)
def test_what_does_not_follow_is_refused_with_file_and_line(folder, text, told):
    with pytest.raises(RegulationFault, match=told):
        write(folder, text)


@pytest.mark.parametrize(
    ("until", "told"),
    [("2026-06-15", "there is a gap before this one"), ("2026-07-01", "they overlap")],
)
def test_the_end_of_a_version_is_the_day_before_the_next(folder, until, told):
    (folder / "xx-tiny" / "1.toml").write_text(dated("2026-01-01", f"until = {until}\n"))
    with pytest.raises(RegulationFault, match=rf"xx-tiny/2\.toml: line \d+: .*{told}"):
        write(folder, dated("2026-07-01"))
    (folder / "xx-tiny" / "1.toml").write_text(dated("2026-01-01", "until = 2026-06-30\n"))
    assert len(read_versions(folder)) == 2


def test_a_new_class_may_take_places_of_a_pool_that_is_there(folder):
    text = dated("2026-07-01").replace('"walk_in"]', '"walk_in", "fresh"]') + POOLS + FRESH
    assert "fresh" in write(folder, text)[1].classes
