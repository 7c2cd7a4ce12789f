"""The rules as the engine reads them, and the pages that explain."""

from __future__ import annotations

import html
import re

import pytest

from kezek.web.server.link import linked


def words(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def test_every_number_of_the_rules_says_whether_it_is_ours(shipped):
    page = words(shipped.page("/regulations/kz"))
    assert "How far ahead you can book 30 days observed in the running system" in page
    assert "A late truck keeps its place for 3 hours set by Kezek" in page
    assert "In turn 1 MRP, 4,325 KZT stated by the law" in page
    assert "at most 5 % of the day" in page


def test_sources_are_links_and_a_number_of_ours_says_what_its_source_is(shipped):
    page = shipped.page("/regulations/kz")
    assert '<a href="https://cgr.qoldau.kz/en/information/faq" rel="noopener noreferrer">' in page
    assert "The source is on this subject but does not state it" in page
    said = words(shipped.page("/regulations/kg-dostuk?lang=ru"))
    assert "действует с 20 марта 2025 г. " in said
    assert "четверг" not in said


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "see https://a.example/x).",
            ('see <a href="https://a.example/x" rel="noopener noreferrer">a.example</a>).'),
        ),
        ("javascript:alert(1) ftp://a.example", "javascript:alert(1) ftp://a.example"),
        ("<b> https://[x", "&lt;b&gt; https://[x"),
        (
            'http://a.example/"onclick="x',
            '<a href="http://a.example/" rel="noopener noreferrer">a.example</a>&#34;onclick=&#34;x',
        ),
    ],
)
def test_only_web_addresses_become_links(text: str, shown: str):
    assert linked(text) == shown


def test_the_rules_say_how_a_truck_without_a_booking_joins(shipped):
    for code in ("kz", "kg-dostuk"):
        page = words(shipped.page(f"/regulations/{code}"))
        said = "A truck without a booking A truck without a booking is called in the next round"
        assert said in page
        assert re.search(rf"{said}.*?set by Kezek", page)


def test_a_fee_that_is_not_published_is_not_shown(shipped):
    page = words(shipped.page("/regulations/kg-dostuk"))
    assert "In turn not published" in page
    assert "KGS" not in page


def test_each_regulation_leads_to_the_others(shipped):
    for code in shipped.application.rules:
        others = set(shipped.application.rules) - {code}
        page = shipped.page(f"/regulations/{code}")
        assert all(f'href="/regulations/{other}"' in page for other in others)


@pytest.mark.parametrize("path", ["/order", "/open-data", "/privacy", "/accessibility"])
@pytest.mark.parametrize("lang", ["en", "ru", "kk"])
def test_pages_to_read_exist_in_every_language(shipped, path: str, lang: str):
    page = shipped.page(f"{path}?lang={lang}")
    assert f'<html lang="{lang}"' in page
    assert page.count("<h2>") >= 2


def test_the_order_page_has_the_numbers_of_each_authority(shipped):
    page = words(shipped.page("/order"))
    assert "One priority truck, then 5 in turn. A late truck keeps its place for 3 hours." in page
    assert "One priority truck, then 3 in turn. A late truck keeps its place for 1 hour." in page


def test_robots_leave_tickets_alone(shipped):
    assert "Disallow: /t/" in shipped.page("/robots.txt")


def test_no_page_fetches_anything_from_elsewhere(shipped):
    number = shipped.numbers[-1]
    for path in ("/", "/book", "/order", "/checkpoints/kz_syrym", shipped.link(number)):
        page = shipped.page(path)
        assert not re.findall(r'(?:src|action|data-[a-z]+)="(?:https?:)?//', page), path
        assert not re.findall(r'<link[^>]+href="(?:https?:)?//', page), path
        assert not re.findall(r"<script(?![^>]*src=)", page), path
        assert " style=" not in page, path
