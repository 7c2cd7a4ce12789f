"""`kezek warm`: compiles what simulations and forecasts run on, before anybody waits for it."""

from __future__ import annotations

import click

from kezek.cli.frame.output import answer, json_option, say
from kezek.cli.frame.progress import watched


@click.command(short_help="Compile what simulations and forecasts need, ahead of time.")
@json_option
def warm() -> None:
    """Compile the kernels of simulations and forecasts, so that none is compiled while somebody waits.

    They are kept in the user's cache, or where NUMBA_CACHE_DIR says. Run it after an installation and
    after an upgrade, as the user that runs the server; what is there already is only loaded.
    """
    import time

    from kezek.planning.warm import WARMED, kept_in
    from kezek.planning.warm import warm as warm_all

    began, names = time.monotonic(), []
    with watched("kernels") as bar:
        bar.expect(len(WARMED))
        for name in warm_all():
            names.append(name)
            bar.advance(1)
    seconds = round(time.monotonic() - began, 1)
    body = {"kernels": names, "folder": str(kept_in()), "seconds": seconds}
    answer(
        body, lambda: say(f"{len(names)} groups of kernels are in {kept_in()}, after {seconds} s.")
    )
