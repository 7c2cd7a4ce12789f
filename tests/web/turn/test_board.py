"""The first screen shows real scarcity, costs nothing to show again, and is never old."""

from __future__ import annotations

import re

import pytest
from litestar.testing import TestClient

from kezek.bootstrap import close_application, open_application
from kezek.domain.account.actor import PUBLIC
from kezek.domain.booking.book import Book
from kezek.settings import Settings
from tests.web.serve import build_app
from tests.world import A, vehicle


def row(page: str, post: str) -> str:
    found = re.search(rf'<tr role="row" id="post-{post}".*?</tr>', page, re.DOTALL)
    assert found, post
    return re.sub(r"<[^>]+>", " ", found[0])


def test_real_scarcity_on_the_first_screen(shipped):
    page = shipped.page("/")
    assert re.search(r"\b0\s+12 Jul\b.*Full", row(page, "kz_nur_zholy"), re.DOTALL)
    assert "Full" in row(page, "kz_kalzhat_kolzhat")
    assert re.search(r"\d+\s+today.*Open", row(page, "kz_syrym"), re.DOTALL)
    assert "No queue" in row(page, "uz_oybek")


def test_every_post_of_the_network_is_on_the_board(shipped):
    page = shipped.page("/")
    assert set(re.findall(r'id="post-(\w+)"', page)) == set(shipped.application.network.posts())


def test_the_demonstration_says_what_is_real(shipped):
    assert "Demonstration." in shipped.page("/")


@pytest.mark.parametrize("q", ["khorgos", "хоргос", "NUR ZH", "нур жолы"])
def test_a_post_is_found_in_every_script_without_script(shipped, q: str):
    page = shipped.page(f"/?q={q}")
    assert 'id="post-kz_nur_zholy"' in page
    assert 'id="post-kz_syrym"' not in page


def test_a_search_without_a_hit_says_so(shipped):
    page = shipped.page("/?q=atlantis")
    assert re.search(r'id="none">', page)
    assert "No checkpoint takes bookings now." not in page


def test_a_network_without_posts_is_no_search_without_a_hit(tmp_path):
    application = open_application(Settings(folder=tmp_path))
    try:
        page = TestClient(build_app(application)).get("/").text
        assert "No checkpoint takes bookings now." in page
        assert re.search(r'id="none" hidden>', page)
    finally:
        close_application(application)


def test_who_has_the_board_already_gets_no_second_copy(shipped):
    first = shipped.get("/")
    again = shipped.get("/", **{"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert first.headers["cache-control"] == "no-cache"


def test_each_language_has_a_board_of_its_own(shipped):
    pages = {lang: shipped.get("/", **{"accept-language": lang}) for lang in ("en", "ru", "kk")}
    assert len({page.headers["etag"] for page in pages.values()}) == 3
    for lang, said in (("ru", "Свободные места на границе"), ("kk", "Шекарадағы бос орындар")):
        assert said in pages[lang].text
        # What a trans block says is translated like everything else.
        assert "simulated trucks" not in pages[lang].text


def test_nothing_is_set_in_the_browser_of_who_only_looks(shipped):
    assert "set-cookie" not in shipped.get("/").headers


def test_a_booking_is_on_the_board_at_once(office):
    browser = office.browser()
    before = browser.page("/")
    start = office.window(A)
    assert office.do(Book("k" * 12, PUBLIC, A, start, "in_turn", vehicle(1)))
    after = browser.page("/")
    places = [int(re.search(r"\b(\d+)\s+today", row(p, "kz_a"))[1]) for p in (before, after)]
    assert places[0] - places[1] == 1


def version(page: str) -> str:
    return re.search(r'id="version" name="since" value="(\w+)"', page)[1]


def exchanged(page: str) -> set[str]:
    """Ids of the elements that take the place of those on the reader's page."""
    tags = re.findall(r'<\w+ [^>]*hx-swap-oob="true"[^>]*>', page)
    return {re.search(r'\bid="([^"]+)"', tag)[1] for tag in tags}


def test_of_a_board_that_is_open_only_the_changed_parts_are_sent(office):
    browser = office.browser()
    before = version(browser.page("/"))
    assert exchanged(browser.page(f"/changes?since={before}")) == {"age", "clock", "version"}
    start = office.window(A)
    assert office.do(Book("k" * 12, PUBLIC, A, start, "in_turn", vehicle(1)))
    page = browser.page(f"/changes?since={before}")
    left = re.search(r'id="([^"]+-left)"', page)[1]
    assert exchanged(page) == {"post-kz_a", left, "sum", "age", "clock", "version"}
    mine = page.replace(' hx-swap-oob="true"', "")
    assert row(mine, "kz_a") == row(browser.page("/"), "kz_a")
    assert version(page) == version(browser.page("/")) != before


@pytest.mark.parametrize("since", ["", "nobody's", "0" * 18])
def test_who_has_a_version_that_is_not_known_gets_the_whole_list(office, since: str):
    page = office.browser().page(f"/changes?since={since}")
    assert exchanged(page) == {"net", "idle", "sum", "waits", "age", "clock", "version"}
    assert set(re.findall(r'id="(post-\w+)"', page)) == set(
        re.findall(r'id="(post-\w+)"', office.browser().page("/"))
    )


def test_who_has_a_board_that_stood_otherwise_gets_the_whole_list(office):
    browser = office.browser()
    before = version(browser.page("/"))
    office.wait(hours=26)
    assert {"net", "idle"} <= exchanged(browser.page(f"/changes?since={before}"))


def test_a_search_says_no_version(shipped):
    assert 'id="version"' not in shipped.page("/?q=khorgos")


def test_a_board_with_doors_of_ones_own_is_kept_by_nobody(office):
    answer = office.browser("carrier").get("/")
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert "/carrier/bulk" in answer.text


def test_the_board_needs_no_network_at_all():
    """An installation without posts says so instead of failing."""
    import tempfile
    from pathlib import Path

    from litestar.testing import TestClient

    from kezek.app.regulation.version_file import shipped_regulations
    from kezek.bootstrap import close_application, furnish
    from kezek.settings import Settings
    from tests.memory.store import MemoryStore
    from tests.web.serve import build_app

    with tempfile.TemporaryDirectory() as folder:
        application = furnish(Settings(folder=Path(folder)), MemoryStore(), shipped_regulations())
        client = TestClient(build_app(application), raise_server_exceptions=False)
        assert client.get("/").status_code == 200
        assert client.get("/book").status_code == 200
        close_application(application)


def test_a_full_post_names_others_to_the_same_country_with_a_place_sooner(shipped):
    for address in ("/book?checkpoint=kz_nur_zholy", "/checkpoints/kz_nur_zholy"):
        page = shipped.page(address)
        named = page[page.index("Sooner at another checkpoint") :].partition("</p>")[0]
        assert named.count("<a ") == 3
        assert "Dostyk" in named
        assert "Nur Zholy" not in named
        assert "First free: " in page
    assert "Sooner at another checkpoint" not in shipped.page("/checkpoints/kz_maykapchagay")


def test_posts_without_a_queue_are_folded_and_open_in_a_search(shipped):
    page = shipped.page("/")
    folded = page[page.index('<details class="idle" id="idle">') : page.index("</details>")]
    assert "24 checkpoints without an electronic queue" in folded
    assert folded.count('class="off"') == page.count('class="off"') == 24
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids)), "a country may have posts of both kinds"
    found = shipped.page("/?q=torugart")
    assert '<details class="idle" id="idle" open>' in found
    assert 'id="none" hidden' in found
