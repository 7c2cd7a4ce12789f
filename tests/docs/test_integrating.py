"""The way in for programs can be walked as it is written."""

from __future__ import annotations

import json
import re
from datetime import datetime

import msgspec

from kezek.api.booking.booking import BookingRequest
from kezek.api.mount import OPERATIONS
from kezek.demo.opening import board_began
from kezek.domain.kernel.instant import from_datetime
from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "integrating.md").read_text(encoding="utf-8")


def test_the_booking_on_the_page_is_one_that_the_api_takes():
    (shown,) = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    form = msgspec.json.decode(shown, type=BookingRequest)
    assert form.checkpoint == "kz_syrym", "a post of the demo that has places"
    start = datetime.fromisoformat(json.loads(shown)["start"])
    assert from_datetime(start) > board_began()


def test_every_address_on_the_page_is_one_of_the_api():
    paths = [re.sub(r"\{\w+\}", r"[\\w.]+", operation.path) for operation in OPERATIONS]
    asked = re.findall(r"\$KEZEK/api/v1(/[^ ?\"\n]*)", PAGE)
    assert len(asked) > 6
    for address in asked:
        assert any(re.fullmatch(path, address) for path in paths), address
