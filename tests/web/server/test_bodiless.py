"""HEAD is GET without the body, at every page."""

from __future__ import annotations

from pathlib import Path

import pytest
from litestar.testing import TestClient

from kezek.bootstrap import close_application, make_app
from tests.web.serve import open_application


@pytest.mark.parametrize("path", ["/", "/book", "/api/v1/board", "/no-such-page"])
def test_head_tells_what_get_would(tmp_path: Path, path: str):
    application = open_application(tmp_path)
    try:
        with TestClient(make_app(application)) as client:
            got, asked = client.get(path), client.head(path)
    finally:
        close_application(application)
    assert asked.status_code == got.status_code
    assert asked.content == b""
    assert asked.headers["content-type"] == got.headers["content-type"]
