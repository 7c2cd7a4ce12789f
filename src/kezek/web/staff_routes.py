"""Every route behind a sign-in."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from kezek.web.account import (
    bulk,
    carrier,
    carrier_move,
    garage,
    keys,
    password,
    register,
    sign_in,
    truck_table,
    users,
)
from kezek.web.booking import clerk
from kezek.web.calendar import agency, agency_answer, agency_day
from kezek.web.log import log
from kezek.web.scenario import what_if
from kezek.web.turn import console, console_step, shift

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *sign_in.HANDLERS,
    *password.HANDLERS,
    *register.HANDLERS,
    *console.HANDLERS,
    *shift.HANDLERS,
    *console_step.HANDLERS,
    *agency_answer.HANDLERS,
    *agency.HANDLERS,
    *agency_day.HANDLERS,
    *carrier.HANDLERS,
    *carrier_move.HANDLERS,
    *garage.HANDLERS,
    *bulk.HANDLERS,
    *truck_table.HANDLERS,
    *clerk.HANDLERS,
    *users.HANDLERS,
    *keys.HANDLERS,
    *log.HANDLERS,
    *what_if.HANDLERS,
)
