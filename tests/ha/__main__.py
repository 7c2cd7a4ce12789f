"""`make ha`: failovers of the whole system under load, and the control that must lose something."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tests.bench.rows import Aim, Rows, shown, write
from tests.ha import grounds
from tests.ha.play import Failover, Outcome, Rig, Stuck

ROWS, KEPT = Path("build/ha.json"), Path("build/ha")
GAP = Aim("failover: longest time without an acknowledged change", "s", most=30)
COUNT = Aim("failover: primaries failed under load", "failovers", least=20)
LOST = Aim("failover: acknowledged and lost", "changes", most=0)
CONTROL = Aim("failover: acknowledged and lost by the asynchronous control", "changes", least=1)
SHOWN = 20


def main() -> int:
    """The exit code: 1 when a promise was broken, or when the control shows that the rig is blind."""
    given = argparse.ArgumentParser(prog="python -m tests.ha", description=__doc__)
    given.add_argument("--failovers", type=int, default=20)
    code = grounds.enter("tests.ha", sys.argv[1:])
    if code is not None:
        return code
    count = given.parse_args().failovers
    grounds.build()
    with tempfile.TemporaryDirectory(prefix="kezek-ha-", ignore_cleanup_errors=True) as folder:
        rig = Rig(Path(folder), _tell)
        try:
            rig.start()
            strict = rig.failovers(count)
            control = rig.control()
        except (AssertionError, Stuck) as stuck:
            print(f"kezek: {stuck}\n{rig.said()}", file=sys.stderr)
            return 1
        finally:
            _keep(Path(folder))
            rig.close()
    _write(strict, control)
    return _judge(strict, control)


def _tell(one: Failover) -> None:
    print(f"{one.fault:24} {one.gap:5.1f} s without an acknowledged change", flush=True)


def _keep(folder: Path) -> None:
    """Histories and logs, for whoever wants to know what happened."""
    shutil.rmtree(KEPT, ignore_errors=True)
    KEPT.mkdir(parents=True)
    for path in [*folder.glob("*.jsonl"), *folder.glob("*/log")]:
        shutil.copyfile(path, KEPT / str(path.relative_to(folder)).replace("/", "."))


def _write(strict: Outcome, control: Outcome) -> None:
    rows = Rows()
    rows.add(GAP, max(one.gap for one in strict.failovers))
    rows.add(COUNT, len(strict.failovers))
    rows.add(LOST, strict.lost)
    rows.add(CONTROL, control.lost)
    table = rows.table()
    write(ROWS, table)
    print(f"\n{shown(table)}\n{strict.acknowledged:,} changes were acknowledged.")


def _judge(strict: Outcome, control: Outcome) -> int:
    broken = list(strict.broken)
    if not control.lost:
        broken.append("the asynchronous control lost nothing: this rig would not see a loss")
    for sentence in broken[:SHOWN]:
        print(f"BROKEN  {sentence}")
    if len(broken) > SHOWN:
        print(f"and {len(broken) - SHOWN} more")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
