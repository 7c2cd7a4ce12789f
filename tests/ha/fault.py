"""The ways in which a primary fails, and how its machine comes back."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.ha.cluster import Node
from tests.ha.grounds import link


@dataclass(frozen=True)
class Fault:
    """`strike` is what befalls the machine, `mend` its return."""

    name: str
    strike: Callable[[Node], None]
    mend: Callable[[Node], None]


def _start(node: Node) -> None:
    node.start()


def _thaw(node: Node) -> None:
    """The server wakes a second before Patroni: the moment at which two might believe in themselves."""
    node.signal(signal.SIGCONT, only="postgres")
    time.sleep(1)
    node.signal(signal.SIGCONT)


def _join(node: Node) -> None:
    link(node.name, peers=True, house=True)


FAULTS = (
    Fault("killed", Node.kill, _start),
    Fault("frozen", lambda node: node.signal(signal.SIGSTOP), _thaw),
    # The product still reaches it: the worst of all, for it goes on answering.
    Fault(
        "cut off from the others",
        lambda node: link(node.name, peers=False, house=True),
        _join,
    ),
    Fault("cut off from all", lambda node: link(node.name, peers=False, house=False), _join),
)


def hold(node: Node) -> None:
    """Keep the stream to the replicas back: what sends it stands still, and nobody notices."""
    node.signal(signal.SIGSTOP, only="walsender")
