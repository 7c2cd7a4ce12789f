"""What a page says to who has used up a limit: the form stays, with when it can be sent again."""

from __future__ import annotations

from kezek.i18n import faults
from kezek.web.frame.page_context import PageContext

STATUS = 429


def limited(here: PageContext, seconds: int) -> tuple[str, dict[str, str]]:
    """The sentence above the form, and the header that says the same to a program."""
    sentence, _ = faults.fault("rate_limited", here.lang)
    again = here.words.count(
        "Try again in %(num)s second.", "Try again in %(num)s seconds.", seconds
    )
    return f"{sentence} {again}", {"Retry-After": str(seconds)}
