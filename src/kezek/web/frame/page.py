"""A page as a value: its template gets exactly the fields of its type, and those of the frame."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

from kezek.web.frame.page_context import PageContext
from kezek.web.frame.site import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What one page shows.  The module of a page states the page's own type, beside what fills it.

    `template` is the page's file under `templates`.  Every instant is aware and in the zone of its post.
    Of a form, `values` are what was typed and `errors` what is wrong with it, both by the field's name;
    the error under an empty name belongs to no field.  `key` is the idempotency key of the page's forms.
    """

    template: ClassVar[str]


class FormToken:
    """The forms' token, made only when a form is drawn: other pages set no cookie."""

    def __init__(self, here: PageContext) -> None:
        self._here = here

    def __html__(self) -> str:
        return self._here.csrf_token

    __str__ = __html__


@dataclass(frozen=True, slots=True)
class PageFrame:
    """What every template gets besides its page.

    `address` is where Back leads to the answer of a form, empty for a page that has its own address.
    """

    site: Site
    csrf_token: FormToken | str
    address: str


def names_in(value: Page | PageFrame) -> dict[str, object]:
    """The names that a template may use, with their values."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
