"""The handles of this process: connections, streams and files together."""

from __future__ import annotations

import resource

HANDLES_MAX = 65_536
STREAMS_MAX = 20_000
# For the database, files, and requests that come while every stream is taken.
_KEPT_FREE = 200


def raise_limit() -> None:
    """As many handles as the system lets this user have, within reason."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = HANDLES_MAX if hard == resource.RLIM_INFINITY else min(hard, HANDLES_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def streams_max() -> int:
    """Streams that leave enough handles for everything else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return STREAMS_MAX
    return max(1, min(STREAMS_MAX, soft - _KEPT_FREE))
