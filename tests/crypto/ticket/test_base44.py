from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from segno.consts import ALPHANUMERIC_CHARS

from kezek.crypto.ticket.base44 import ALPHABET, decode, encode


@given(st.binary(max_size=300))
@example(b"")
@example(b"\xff\xff\xff")
def test_every_text_leads_back_to_its_bytes(raw):
    text = encode(raw)
    assert decode(text) == raw
    assert set(text) <= set(ALPHABET)
    assert text == "".join(text.split())


@given(st.text(alphabet=ALPHABET, max_size=30))
def test_bytes_have_one_text_only(text):
    try:
        raw = decode(text)
    except ValueError:
        return
    assert encode(raw) == text


@pytest.mark.parametrize("text", ["A", "AAAA", "::", ":::", "AA ", "aa", "ЯЯ", "A\0"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match=r"character|group"):
        decode(text)


def test_the_alphabet_is_that_of_qr_codes_without_the_blank():
    assert set(ALPHABET) | {" "} == set(ALPHANUMERIC_CHARS.decode())
    assert len(ALPHABET) == 44
