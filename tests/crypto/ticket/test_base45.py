from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from segno.consts import ALPHANUMERIC_CHARS

from kezek.crypto.ticket.base45 import BASE44, BASE45, decode, encode

ALPHABETS = st.sampled_from([BASE44, BASE45])


@given(st.binary(max_size=300), ALPHABETS)
@example(b"", BASE45)
@example(b"\xff\xff\xff", BASE45)
def test_every_text_leads_back_to_its_bytes(raw, alphabet):
    text = encode(raw, alphabet)
    assert decode(text, alphabet) == raw
    assert set(text) <= set(alphabet)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"AB", "BB8"),
        (b"Hello!!", "%69 VD92EX0"),
        (b"base-45", "UJCLQE7W581"),
        (b"ietf!", "QED8WEX0"),
    ],
)
def test_it_is_the_text_of_the_standard(raw, text):
    """The examples of RFC 9285, sections 4.3 and 4.4."""
    assert encode(raw) == text
    assert decode(text) == raw


@given(st.text(alphabet=BASE45, max_size=30), ALPHABETS)
def test_bytes_have_one_text_only(text, alphabet):
    try:
        raw = decode(text, alphabet)
    except ValueError:
        return
    assert encode(raw, alphabet) == text


@pytest.mark.parametrize("text", ["A", "AAAA", "::", ":::", "aa", "ЯЯ", "A\0"])
@pytest.mark.parametrize("alphabet", [BASE44, BASE45])
def test_other_texts_are_refused(text, alphabet):
    with pytest.raises(ValueError, match=r"character|group"):
        decode(text, alphabet)


def test_the_alphabets_are_that_of_qr_codes_with_and_without_the_blank():
    assert set(BASE45) == set(ALPHANUMERIC_CHARS.decode())
    assert BASE45.replace(" ", "") == BASE44
    assert (len(BASE44), len(BASE45)) == (44, 45)
