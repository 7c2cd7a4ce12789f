"""Pages as the product itself fills them, kept on the way to their templates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple
from unittest.mock import patch

import jinja2
from httpx import Response

from kezek.web.frame import render
from kezek.web.frame.page import Page, PageFrame, names_in


class Sample(NamedTuple):
    """A page with the frame around it."""

    page: Page
    frame: PageFrame

    def render(self, environment: jinja2.Environment) -> str:
        """The page as text, from its type and that of the frame alone."""
        names = names_in(self.frame) | names_in(self.page)
        return environment.get_template(self.page.template).render(names)


class Album:
    """Samples by name."""

    def __init__(self) -> None:
        self.samples: dict[str, Sample] = {}
        self._frame: PageFrame | None = None
        self._page: Page | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """Pages that are drawn meanwhile are seen."""

        def seen(value: Page | PageFrame) -> dict[str, object]:
            if isinstance(value, PageFrame):
                # The token is asked for of the request, which is over when a sample is drawn again.
                self._frame = replace(value, csrf_token="sample")
            else:
                self._page = value
            return names_in(value)

        with patch.object(render, "names_in", seen):
            yield

    def take(self, name: str, answer: Response) -> Response:
        """Keep the page that this answer has drawn."""
        assert self._page is not None, (name, answer.status_code, answer.headers.get("location"))
        assert self._frame is not None, "a page stands in a frame"
        assert name not in self.samples, name
        self.samples[name] = Sample(self._page, self._frame)
        self._page = None
        return answer
