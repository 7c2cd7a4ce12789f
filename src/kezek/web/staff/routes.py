"""Every route behind a sign-in."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from kezek.web.staff import (
    agency,
    agency_answer,
    agency_day,
    bulk,
    carrier,
    carrier_move,
    clerk,
    console,
    console_step,
    garage,
    keys,
    log,
    shift,
    sign_in,
    truck_table,
    users,
    what_if,
)

HANDLERS: tuple[ControllerRouterHandler, ...] = (
    *sign_in.HANDLERS,
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
