"""The root of the command line: its commands, and what every failure becomes."""

from __future__ import annotations

import logging
from typing import Any

import click

from kezek.cli.account.user import user
from kezek.cli.booking.book import book
from kezek.cli.booking.ticket import ticket
from kezek.cli.checkpoint.network import network
from kezek.cli.demo.demo import demo, traffic
from kezek.cli.feed.feed import feed
from kezek.cli.forecast.accuracy import accuracy
from kezek.cli.forecast.forecast import forecast
from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed, failed
from kezek.cli.frame.output import any_terminal, command_asked, wants_json
from kezek.cli.history import history
from kezek.cli.installation.backup import backup
from kezek.cli.installation.copy import copy
from kezek.cli.installation.doctor import doctor
from kezek.cli.installation.migrate import migrate
from kezek.cli.installation.restore import restore
from kezek.cli.log.log import log
from kezek.cli.log.verify import verify
from kezek.cli.scenario.simulate import simulate
from kezek.cli.server.serve import serve
from kezek.cli.server.warm import warm
from kezek.cli.server.worker import worker
from kezek.cli.turn.board import board


def _is_news(record: logging.LogRecord) -> bool:
    """Whether a command's user is told: what failed is told by the command's end, without a trace."""
    return not record.exc_info


# Speaks for every command that keeps no log, as servers do.
assert logging.lastResort is not None, "Python speaks of warnings"
logging.lastResort.addFilter(_is_news)


class CommandLine(click.Group):
    """Turns whatever a command raises into one sentence and an exit code."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        any_terminal()
        return super().main(*args, **kwargs)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Failed as fault:
            raise _in_form(fault, ctx) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except KeyboardInterrupt:
            ctx.exit(ExitCode.STOPPED)
        except BrokenPipeError:
            # Whoever read our output has left, such as `head`.
            ctx.exit(ExitCode.DONE)
        except Exception as fault:  # noqa: BLE001 - the outermost edge: nothing may fall through
            raise _in_form(failed(fault), ctx) from None


def _in_form(fault: Failed, ctx: click.Context) -> Failed:
    fault.as_json, fault.command = wants_json(ctx), command_asked(ctx)
    return fault


@click.group(
    "kezek",
    cls=CommandLine,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="kezek", prog_name="kezek")
def main() -> None:
    """An open, self-hosted electronic queue for border crossings."""


_VISIBLE = (
    serve,
    demo,
    network,
    book,
    board,
    log,
    feed,
    verify,
    user,
    ticket,
    doctor,
    copy,
    backup,
    restore,
    migrate,
    simulate,
    forecast,
    warm,
)
_HIDDEN = (traffic, worker)
for _command in (*_VISIBLE, *_HIDDEN):
    main.add_command(_command)
forecast.add_command(accuracy)
for command in (history.backtest, history.fit, history.predict):
    forecast.add_command(command)
