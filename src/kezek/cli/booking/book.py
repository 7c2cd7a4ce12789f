"""`kezek book`: a booking by whoever runs the installation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kezek.cli.frame.command import CliCommand
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import ask, folder_option, fresh_key, opened, operator
from kezek.cli.frame.moment import moment_of
from kezek.cli.frame.output import answer, json_option, say

if TYPE_CHECKING:
    from kezek.app.application import Application
    from kezek.app.checkpoint.checkpoint import ServedLine
_START = "a time like 2026-06-20T14:00"


@click.command(cls=CliCommand)
@click.argument("checkpoint")
@click.argument("start", metavar="START")
@click.option("--country", required=True, help="The plate's country, two letters.")
@click.option("--plate", required=True, help="The truck's plate, spelled in any way.")
@click.option("--vin", default="", help="Vehicle identification number, 17 characters.")
@click.option("--trailer", default="", help="The trailer's plate.")
@click.option("--phone", default="", help="Phone of the driver, with the country's code.")
@click.option("--driver", "drivers", multiple=True, help="A driver's name; may be repeated.")
@click.option(
    "--class", "vehicle_class", default="", help="Class of the line; else the ordinary one."
)
@click.option("--key", "idempotency", default="", help="Idempotency key: the same key books once.")
@folder_option
@json_option
def book(
    checkpoint: str,
    start: str,
    *,
    country: str,
    plate: str,
    vin: str,
    trailer: str,
    phone: str,
    drivers: tuple[str, ...],
    vehicle_class: str,
    idempotency: str,
    folder: Path | None,
) -> None:
    """Book a window of a checkpoint, on a stopped installation.

    START is the window's beginning in the checkpoint's own time, such as 2026-06-20T14:00.
    """
    from kezek.app.vehicle.plate_note import read_as
    from kezek.domain.booking.book import Book, Vehicle
    from kezek.domain.kernel.instant import to_datetime

    with opened(folder) as application:
        served = line_of(application, checkpoint)
        vehicle_class = vehicle_class or served.ordinary(application.now())
        vehicle = Vehicle(country, plate, vin, trailer, phone, drivers)
        at = moment_of(start, "START", zone=served.line.zone, shape=_START)
        key = idempotency or fresh_key(application)
        booked = ask(application, Book(key, operator(), served.line.id, at, vehicle_class, vehicle))
        anew = read_as(vehicle, application.rules.known)
        link = f"{application.settings.issuer}/t/{application.papers.link(int(booked['number']))}"
    began = to_datetime(int(booked["start"]), "UTC").isoformat()
    body = booked | {"start": began, "link": link, "plate_read_as": anew or None}

    def people() -> None:
        say(f"Booked: number {booked['number']}, code {booked['code']}.")
        if anew:
            say(f"The plate was read as {anew}.")
        say(f"The ticket (keep this address secret): {link}")

    answer(body, people)


def line_of(application: Application, checkpoint: str) -> ServedLine:
    """The line of an id, or the usual one of a checkpoint's id."""
    from kezek.domain.kernel.refusal import Reason, Refused

    found = application.network.served_at(checkpoint)
    if not isinstance(found, Refused):
        return found
    if found.reason is Reason.CHECKPOINT_UNKNOWN:
        raise Failed(
            ExitCode.REFUSED,
            "checkpoint_unknown",
            f"no checkpoint {checkpoint!r}; `kezek network show` lists them",
            {"checkpoint": checkpoint},
        )
    raise Failed(
        ExitCode.REFUSED,
        "line_unknown",
        f"no line runs at {checkpoint}; `kezek network open` opens one",
        {"checkpoint": checkpoint},
    )
