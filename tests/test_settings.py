"""What a setting takes, and what is said of a value that it does not take."""

from __future__ import annotations

import pytest

from kezek.settings import SettingRefused, read_settings, settings_and_faults

GOOD = [
    ("PUBLIC_URL", "https://queue.example.org"),
    ("PUBLIC_URL", "http://10.0.0.7:8470/"),
    ("PUBLIC_URL", "http://[::1]:8470"),
    ("PUBLIC_URL", "https://кезек.қаз"),
    ("PUBLIC_URL", ""),
    ("HOST", "::1"),
    ("HOST", "0.0.0.0"),
    ("HOST", "fe80::1%eth0"),
    ("HOST", "gate-1.example.org"),
    ("PROXIES", "127.0.0.1, 10.0.0.0/8,::1"),
    ("PROXIES", ""),
    ("PROXY_HEADER", "X-Forwarded-For"),
    ("PORT", "65535"),
    ("LOG", "json"),
]
WRONG = [
    ("PUBLIC_URL", "q.example", "https://queue.example.org"),
    ("PUBLIC_URL", "ftp://q.example", "https://"),
    ("PUBLIC_URL", "https://", "https://"),
    ("PUBLIC_URL", "https://q.example/kezek", "without a path"),
    ("PUBLIC_URL", "https://q.example?x=1", "without a path"),
    ("PUBLIC_URL", "https://q.example:99999", "https://"),
    ("PUBLIC_URL", "https://q example", "https://"),
    ("PUBLIC_URL", "https://user:secret@q.example", "https://"),
    ("HOST", "http://127.0.0.1", "without brackets, scheme or port"),
    ("HOST", "[::1]", "without brackets"),
    ("HOST", "127.0.0.1:80", "port"),
    ("HOST", "", "0.0.0.0"),
    ("HOST", "a b", "IP address"),
    ("PORT", "65536", "0 to 65535"),
    ("PROXIES", "10.0.0.1/8", "networks"),
    ("PROXIES", "proxy.local", "10.0.0.7"),
    ("PROXY_HEADER", "X-Forwarded-For:", "X-Forwarded-For"),
    ("PROXY_HEADER", "a b", "one header"),
    ("LOG", "yaml", "lines or json"),
]


@pytest.mark.parametrize(("name", "value"), GOOD)
def test_what_an_address_may_be(name, value):
    assert str(getattr(read_settings({f"KEZEK_{name}": value}), name.lower())) == value


@pytest.mark.parametrize(("name", "value", "said"), WRONG)
def test_a_wrong_address_is_refused_with_how_it_is_written(name, value, said):
    with pytest.raises(SettingRefused) as refused:
        read_settings({f"KEZEK_{name}": value})
    assert str(refused.value).startswith(f"KEZEK_{name} takes ")
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_an_option_of_the_command_line_is_looked_at_too():
    with pytest.raises(SettingRefused, match="KEZEK_HOST takes"):
        read_settings({}, host="[::1]")


def test_good_settings_are_read_beside_wrong_ones():
    given = {"KEZEK_PORT": "x", "KEZEK_HOTS": "y", "KEZEK_FOLDER": "/srv/kezek"}
    settings, faults = settings_and_faults(given)
    assert str(settings.folder) == "/srv/kezek"
    assert settings.port == 8470
    assert [fault.split()[0] for fault in faults] == ["KEZEK_PORT", "KEZEK_HOTS"]


@pytest.mark.parametrize(
    ("host", "link"),
    [("::1", "http://[::1]:8470"), ("127.0.0.1", "http://127.0.0.1:8470")],
)
def test_an_ipv6_host_stands_in_brackets_in_links(host, link):
    assert read_settings({}, host=host).issuer == link
