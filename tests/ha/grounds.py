"""Three machines in one: a network namespace for each node, with one link to the other nodes and one to
the product.

Everything stands in namespaces of its own (network, mounts, processes), so nothing outside is touched,
no packet leaves, and whatever is left running ends with the rig.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

NAMES = ("one", "two", "three")
PEERS, HOUSE = "10.90.1", "10.90.2"
_INSIDE = "KEZEK_HA_INSIDE"


def enter(module: str, arguments: Sequence[str]) -> int | None:
    """Run the module again inside the namespaces, its exit code afterwards; None inside."""
    if os.environ.get(_INSIDE):
        return None
    if os.geteuid() != 0:
        sys.exit("kezek: namespaces need root: run it as root, or with  sudo -E make ha")
    walls = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    # The first process of a namespace inherits every orphan; a shell, unlike us, buries them.
    first = ["bash", "-c", '"$@"; exit $?', "bash"]
    command = [*walls, "--", *first, sys.executable, "-m", module, *arguments]
    return subprocess.run(command, env={**os.environ, _INSIDE: "1"}, check=False).returncode


def build() -> None:
    """Namespaces and links; only inside."""
    run("mkdir", "-p", "/run/netns")
    run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
    run("ip", "link", "set", "lo", "up")
    for net, bridge in ((PEERS, "peers"), (HOUSE, "house")):
        run("ip", "link", "add", bridge, "type", "bridge")
        run("ip", "link", "set", bridge, "up")
        run("ip", "addr", "add", f"{net}.254/24", "dev", bridge)
    for place, name in enumerate(NAMES, start=1):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
        for net, bridge in ((PEERS, "peers"), (HOUSE, "house")):
            run("ip", "link", "add", f"{bridge}-{name}", "type", "veth",
                "peer", "name", bridge, "netns", name)  # fmt: skip
            run("ip", "link", "set", f"{bridge}-{name}", "master", bridge, "up")
            run("ip", "-n", name, "addr", "add", f"{net}.{place}/24", "dev", bridge)
            run("ip", "-n", name, "link", "set", bridge, "up")


def link(name: str, *, peers: bool, house: bool) -> None:
    """Which of a node's links carry anything; a link that does not is silent, not refused."""
    for bridge, up in (("peers", peers), ("house", house)):
        run("ip", "link", "set", f"{bridge}-{name}", "up" if up else "down")


def run(*command: str) -> str:
    """The output of a command of the system that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
