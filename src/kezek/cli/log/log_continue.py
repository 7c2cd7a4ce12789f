"""`kezek log continue`: the operator's word that the log goes on although heads of it are lost."""

from __future__ import annotations

from pathlib import Path

import click

from kezek.cli.frame.exit_code import ExitCode
from kezek.cli.frame.fault import Failed
from kezek.cli.frame.installation import ask, folder_option, fresh_key, opened, operator
from kezek.cli.frame.output import answer, json_option, say


@click.command("continue", short_help="Go on from a database that lost published heads.")
@folder_option
@json_option
def continue_log(folder: Path | None) -> None:
    """Go on from a database that does not know the newest published heads, as after a restore.

    What was decided between its end and the newest head is lost, and whoever kept that head will see it.
    Numbers go on far above all that may have been given out; the decision is an event of the log, and
    the heads that were lost are kept in heads/given-up.
    """
    from kezek.domain.recovery.resume import ContinueLog

    with opened(folder, serves=False) as application:
        lost = application.ledger.lost()
        if lost is None and application.ledger.behind is not None:
            raise Failed(
                ExitCode.WORLD,
                "head_unreadable",
                "the newest head in heads/ was not signed by the key of this log: put the right "
                "log-signing.pem back, or move the folder heads away if it is another log's",
            )
        if lost is None:
            raise Failed(
                ExitCode.REFUSED, "nothing_to_decide", "this database knows every published head"
            )
        command = ContinueLog(fresh_key(application), operator(), lost.number, lost.size, lost.at)
        decided = ask(application, command)
        application.ledger.tick(last=True)

    def people() -> None:
        say(f"The log goes on. Head {lost.number}, of {lost.size:,} events, and those like it are")
        say("kept in heads/given-up. The next booking has a number behind a round million.")

    answer(decided, people)
