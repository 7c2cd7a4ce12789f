from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.web.staff.office import Office, opened


@pytest.fixture
def office() -> Iterator[Office]:
    with opened() as found:
        yield found
