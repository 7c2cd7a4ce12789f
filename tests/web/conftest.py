from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from litestar.testing import TestClient

from kezek.app.application import Application
from kezek.bootstrap import close_application
from kezek.crypto.account import password
from tests.web.office import Office, opened
from tests.web.serve import build_app, fill, open_application


@pytest.fixture(autouse=True, scope="module")
def swift() -> Iterator[None]:
    """Passwords are hashed in no time: that it takes long is tested where they are kept."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with (
        patch.object(password, "_HASHER", hasher),
        patch.object(password, "_NOBODY", hasher.hash("nobody")),
    ):
        yield


@pytest.fixture
def office() -> Iterator[Office]:
    """A small world whose clock stands until it is moved."""
    with opened() as found:
        yield found


class Shipped:
    """The shipped network with trucks at Syrym, for tests that only look."""

    def __init__(self, application: Application) -> None:
        self.application, self.numbers = application, fill(application)
        self.client = TestClient(build_app(application), raise_server_exceptions=False)
        self.client.follow_redirects = False

    def get(self, url: str, **headers: str):
        self.client.cookies.clear()
        return self.client.get(url, headers=headers)

    def page(self, url: str) -> str:
        answer = self.get(url)
        assert answer.status_code == 200, (url, answer.status_code, answer.text[-600:])
        return answer.text

    def link(self, number: int) -> str:
        return f"/t/{self.application.papers.link(number)}"


@pytest.fixture(scope="session")
def shipped() -> Iterator[Shipped]:
    with tempfile.TemporaryDirectory() as folder:
        application = open_application(Path(folder), rate_public=1_000_000)
        yield Shipped(application)
        close_application(application)
