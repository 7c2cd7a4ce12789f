"""Killed programs and a crashing server lose nothing that anybody was told."""

from __future__ import annotations

import random
import time

from kezek.storage.postgres.store import PostgresStore
from tests.storage.network import fill, loaded_database
from tests.storage.postgres.cluster import Cluster, cluster
from tests.storage.postgres.crowd import BATCH, holds, start, told

KILLS = 6
CRASHES = 3


def test_a_killed_program_loses_nothing_and_leaves_no_lock():
    chance = random.Random(20260613)
    database = loaded_database()
    url, numbers = cluster().url(database), []
    for turn in range(KILLS):
        program = start("book_on", url, turn * 10_000 + 1)
        lines = told(program, chance.randrange(1, 6), chance.uniform(0, 0.02))
        numbers += [int(n) for line in lines for n in line.split() if n.isdigit()]
        assert len(numbers) >= (turn + 1) * BATCH
        store = PostgresStore(url)
        holds(store, numbers)
        store.close()
    cluster().drop(database)


def test_a_crashing_server_loses_nothing_and_everybody_goes_on():
    own = Cluster()
    try:
        database = own.empty()
        store = PostgresStore(own.url(database))
        fill(store)
        numbers: list[int] = []
        program = start("book_on", own.url(database), 1)
        with program, program.stdout as out:
            for turn in range(CRASHES):
                for line in out:
                    numbers += [int(n) for n in line.split() if n.isdigit()]
                    if len(numbers) >= (turn + 1) * 5 * BATCH:
                        break
                own.stop("immediate")
                time.sleep(0.2)
                own.start()
            program.kill()
        log = holds(store, numbers)
        assert len(log) >= len(numbers) >= CRASHES * 5 * BATCH
        store.close()
    finally:
        own.remove()
