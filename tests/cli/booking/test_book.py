from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kezek.cli.frame.exit_code import ExitCode
from tests.cli.conftest import Call

TOMORROW = f"{datetime.now(UTC).date() + timedelta(days=2)}T14:00"
TRUCK = ("--country", "KZ", "--plate", "123 DMA 02", "--driver", "Demo Ulgiev")


def test_a_window_is_booked_with_a_ticket(call: Call, folder: Path):
    answer = call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder, "--json").answer
    assert answer["line"] == "kz_syrym.exit"
    assert re.fullmatch(r"[2-9A-Z]{4}", answer["code"])
    assert re.search(r"/t/1-[\w-]{22}$", answer["link"])
    assert answer["start"].startswith(TOMORROW.replace("T14", "T09")), "Almaty is five hours ahead"


def test_the_same_key_books_once(call: Call, folder: Path):
    asked = ("book", "kz_syrym", TOMORROW, *TRUCK, "--key", "one", "--folder", folder, "--json")
    assert call(*asked).answer == call(*asked).answer
    assert "Booked: number 1" in call(*asked[:-1]).out


@pytest.mark.parametrize(
    ("post", "start", "truck", "code"),
    [
        ("kz_nowhere", TOMORROW, TRUCK, "checkpoint_unknown"),
        ("kg_dostuk", TOMORROW, TRUCK, "line_unknown"),
        ("kz_syrym", "2020-01-01T10:00", TRUCK, "window_past"),
        ("kz_syrym", "2099-01-01T10:00", TRUCK, "horizon_exceeded"),
        ("kz_syrym", TOMORROW.replace("14:00", "14:30"), TRUCK, "window_unknown"),
        ("kz_syrym", TOMORROW, ("--country", "KZ", "--plate", "§§"), "plate_impossible"),
        ("kz_syrym", TOMORROW, (*TRUCK, "--vin", "IOQ"), "vin_impossible"),
        ("kz_syrym", TOMORROW, (*TRUCK, "--phone", "call me"), "phone_impossible"),
        ("kz_syrym", TOMORROW, (*TRUCK, "--class", "royal"), "class_unknown"),
    ],
)
def test_refusals(
    call: Call, folder: Path, post: str, start: str, truck: tuple[str, ...], code: str
):
    called = call("book", post, start, *truck, "--folder", folder, "--json")
    assert called.code == ExitCode.REFUSED
    assert called.document["problem"]["code"] == code


def test_one_vehicle_one_booking(call: Call, folder: Path):
    call("book", "kz_syrym", TOMORROW, *TRUCK, "--folder", folder)
    called = call("book", "kz_korday", TOMORROW, *TRUCK, "--folder", folder)
    assert called.code == ExitCode.REFUSED
    assert "[vehicle_booked]" in called.err


def test_a_start_that_is_no_time_is_a_wrong_command_line(call: Call, folder: Path):
    called = call("book", "kz_syrym", "tomorrow", *TRUCK, "--folder", folder)
    assert called.code == ExitCode.USAGE
