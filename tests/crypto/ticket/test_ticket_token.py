from __future__ import annotations

import os
from dataclasses import replace

import cbor2
import cwt
import pytest
import segno
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kezek.crypto.signing import SigningKey, make_signing_key
from kezek.crypto.ticket import ticket_token
from kezek.crypto.ticket.base45 import BASE44, BASE45, decode, encode
from kezek.crypto.ticket.ticket_token import (
    OLDER_PREFIX,
    PREFIX,
    Distrust,
    Ticket,
    TicketSigner,
    TicketVerifier,
    Untrusted,
    plate_claims,
    plate_digest,
)
from kezek.domain.kernel.instant import DAY, HOUR
from kezek.domain.kernel.keyboard import Layout
from tests.typist import Way, typed

KEY = SigningKey(bytes(range(32)))
START = 1_781_366_400_000
NOW = START - HOUR
TAIL, DIGEST = plate_claims("KZ", "927 PK 06")
TICKET = Ticket(
    issuer="kezek",
    number=1_234_567,
    code="7F4M",
    checkpoint="kz_nur_zholy",
    line="kz_nur_zholy.exit",
    slot_start=START,
    slot_end=START + HOUR,
    country="KZ",
    plate_tail=TAIL,
    plate_digest=DIGEST,
)
TEXT = TicketSigner(KEY).sign(TICKET)
VERIFIER = TicketVerifier([KEY.public])


OLDER = OLDER_PREFIX + encode(decode(TEXT.removeprefix(PREFIX)), BASE44)


def raw(text: str = TEXT) -> bytes:
    return decode(text.removeprefix(PREFIX))


def text_of(content: object) -> str:
    return PREFIX + encode(cbor2.dumps(content))


def distrust(text: str, verifier: TicketVerifier = VERIFIER, now: int = NOW) -> Distrust:
    with pytest.raises(Untrusted) as caught:
        verifier.verify(text, now)
    assert caught.value.permanent
    return caught.value.reason


def signed(payload: bytes, header: dict[int, object] | None = None) -> str:
    """A text signed with our key over anything."""
    protected = cbor2.dumps({1: -8, 4: KEY.public.id} if header is None else header)
    message = cbor2.dumps(["Signature1", protected, b"", payload])
    return text_of(cbor2.CBORTag(18, [protected, {}, payload, KEY.sign(message)]))


def test_a_ticket_is_read_as_it_was_signed():
    assert VERIFIER.verify(TEXT, NOW) == TICKET


def test_the_same_ticket_has_the_same_text():
    assert TicketSigner(KEY).sign(TICKET) == TEXT


def test_the_text_fits_a_small_qr_code():
    code = segno.make(TEXT, error="m", micro=False)
    assert code.mode == "alphanumeric"
    assert code.version <= 10


def test_other_programs_can_read_it():
    """It is an ordinary CBOR Web Token: another reader of RFC 8392 agrees."""
    key = cwt.COSEKey.new({1: 1, 2: KEY.public.id, 3: -8, -1: 6, -2: KEY.public.raw})
    payload = cwt.COSE.new().decode(raw(), key)
    claims = cbor2.loads(payload)
    assert (claims[1], claims[4]) == ("kezek", (START + HOUR + DAY) // 1000)


def test_it_holds_no_whole_plate():
    assert b"927PK06" not in raw()
    assert b"K06" in raw()


def test_scanners_that_play_keyboard_are_forgiven():
    assert VERIFIER.verify(f" {TEXT[:40].lower()}\r\n{TEXT[40:]}\t", NOW) == TICKET


@pytest.mark.parametrize(
    "text",
    [
        "",
        "KZK2",
        OLDER_PREFIX,
        OLDER_PREFIX + TEXT.removeprefix(PREFIX),
        OLDER[:-1],
        PREFIX,
        PREFIX + "A",
        PREFIX + "Я",
        "KZK3:" + TEXT.removeprefix(PREFIX),
        TEXT + "A" * 2_000,
        TEXT[:-1],
        TEXT[:-3],
        text_of(None),
        text_of([1, 2, 3, 4]),
        text_of(cbor2.CBORTag(17, [b"", {}, b"", b""])),
        text_of(cbor2.CBORTag(18, [b"", {}, b""])),
        text_of(cbor2.CBORTag(18, [b"", {}, b"", b""])),
        text_of(cbor2.CBORTag(18, [b"\xa0", {}, b"", b""])),
        text_of(cbor2.CBORTag(18, [cbor2.dumps({1: -7, 4: KEY.public.id}), {}, b"", b""])),
        text_of(cbor2.CBORTag(18, [*cbor2.loads(raw()).value[:1], {1: 2}, b"", b""])),
        PREFIX + encode(b"\x5b\x7f" + b"\xff" * 7),  # a string of 2^63 bytes
        PREFIX + encode(b"\x81" * 600),  # lists in lists
        PREFIX + encode(bytes.fromhex("d81c81d81d00")),  # a list that holds itself
        signed(b""),
        signed(b"\xff"),
        signed(cbor2.dumps({})),
        signed(cbor2.dumps({1: "kezek", 4: "soon", -65537: []})),
        signed(
            cbor2.dumps({1: "kezek", 4: 1, -65537: [1, "c", "p", "l", 1, "KZ", "K06", b"short"]})
        ),
        signed(
            cbor2.dumps({1: "k" * 65, 4: 1, -65537: [1, "c", "p", "l", 1, "KZ", "K06", DIGEST]})
        ),
        signed(b"", {1: -8, 4: KEY.public.id, 5: 1}),
        signed(b"", {1: -8, 4: "text"}),
    ],
)
def test_malformed(text):
    assert distrust(text) == Distrust.MALFORMED


def longer(content: bytes) -> bytes:
    """The same envelope, its array's length spelled in a byte of its own."""
    tag, head, rest = content[:1], content[1], content[2:]
    assert head == 0x84
    return tag + b"\x98\x04" + rest


@pytest.mark.parametrize(
    "other",
    [raw() + b"\0", raw() + raw(), longer(raw()), b"\xd9\x00\x12" + raw()[1:]],
    ids=["a byte behind", "another behind", "a longer length", "a longer tag"],
)
def test_only_the_bytes_that_were_signed_are_a_ticket(other: bytes):
    assert distrust(PREFIX + encode(other)) is Distrust.MALFORMED


def test_a_key_that_is_not_accepted():
    other = TicketVerifier([make_signing_key(os.urandom).public])
    assert distrust(TEXT, other) == Distrust.UNKNOWN_KEY
    assert distrust(TEXT, TicketVerifier([])) == Distrust.UNKNOWN_KEY


def test_a_changed_claim_breaks_the_signature():
    parts = cbor2.loads(raw()).value
    forged = parts[2].replace(b"7F4M", b"7F4N")
    assert forged != parts[2]
    text = text_of(cbor2.CBORTag(18, [parts[0], {}, forged, parts[3]]))
    assert distrust(text) == Distrust.BAD_SIGNATURE
    text = text_of(cbor2.CBORTag(18, [*parts[:3], b"short"]))
    assert distrust(text) == Distrust.BAD_SIGNATURE


def test_a_stranger_cannot_sign_in_our_name():
    stranger = make_signing_key(os.urandom)
    parts = cbor2.loads(raw()).value
    message = cbor2.dumps(["Signature1", parts[0], b"", parts[2]])
    text = text_of(cbor2.CBORTag(18, [*parts[:3], stranger.sign(message)]))
    assert distrust(text) == Distrust.BAD_SIGNATURE


def test_a_ticket_ends_a_day_after_its_window():
    last = START + HOUR + DAY
    assert VERIFIER.verify(TEXT, last - 1) == TICKET
    with pytest.raises(Untrusted) as caught:
        VERIFIER.verify(TEXT, last)
    assert caught.value.reason == Distrust.EXPIRED
    assert caught.value.ticket == TICKET, "the officer may read what has expired"


def test_an_older_key_may_stay_accepted():
    new = make_signing_key(os.urandom)
    both = TicketVerifier([new.public, KEY.public])
    assert both.verify(TEXT, NOW) == TICKET
    assert both.verify(TicketSigner(new).sign(TICKET), NOW) == TICKET


@pytest.mark.parametrize("typed", ["927PK06", "927 pk 06", "927-РК-06"])
def test_the_truck_is_compared_however_its_plate_is_typed(typed):
    assert TICKET.matches("KZ", typed)


@pytest.mark.parametrize(("country", "plate"), [("KG", "927PK06"), ("KZ", "928PK06"), ("KZ", "")])
def test_another_truck_is_told_apart(country, plate):
    assert not TICKET.matches(country, plate)


def test_a_digest_has_eight_bytes_and_never_fails():
    assert len(plate_digest("KZ", "\ud800")) == 8


@pytest.mark.parametrize(
    "wrong", [{"slot_start": START + 1}, {"issuer": "x" * 65}, {"plate_digest": b""}]
)
def test_what_could_not_be_read_back_is_not_signed(wrong):
    with pytest.raises(AssertionError):
        TicketSigner(KEY).sign(replace(TICKET, **wrong))


# Whatever is held before the scanner, the answer is a ticket or Untrusted.


def harmless(text: str) -> None:
    try:
        ticket = VERIFIER.verify(text, NOW)
    except Untrusted:
        return
    assert ticket == TICKET


@given(st.text())
def test_any_text_is_harmless(text):
    harmless(text)
    harmless(PREFIX + text)


@settings(max_examples=500)
@given(st.binary(max_size=400))
@example(b"\xd2\x84")
@example(b"\xc1\xfb\x7f\xf0" + b"\0" * 6)  # a date beyond all calendars
@example(b"\xc4\x82\x1b" + b"\x7f" * 8 + b"\x01")  # a decimal fraction with an endless exponent
@example(b"\xd8\x23\x61[")  # a broken regular expression
def test_any_bytes_are_harmless(content):
    harmless(PREFIX + encode(content))
    harmless(PREFIX + encode(b"\xd2\x84" + content))
    harmless(signed(content))


NESTED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.integers() | st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.lists(NESTED, min_size=3, max_size=5), st.sampled_from([16, 17, 18, 96, 97, 98, 28, 29]))
def test_any_envelope_is_harmless(parts, tag):
    harmless(text_of(cbor2.CBORTag(tag, parts)))


@given(NESTED)
def test_any_claims_are_harmless(claims):
    with pytest.raises(Untrusted):
        VERIFIER.verify(signed(cbor2.dumps(claims)), NOW)


@given(st.integers(0, len(TEXT) - 1), st.sampled_from(BASE45))
def test_one_wrong_character_is_noticed(place, character):
    changed = TEXT[:place] + character + TEXT[place + 1 :]
    if changed != TEXT:
        distrust(changed)


WORDS = st.text(alphabet=st.characters(codec="utf-8"), max_size=64)


@given(
    st.builds(
        Ticket,
        issuer=WORDS,
        number=st.integers(1, 2**63),
        code=WORDS,
        checkpoint=WORDS,
        line=WORDS,
        slot_start=st.integers(0, 2**40).map(lambda s: s * 1000),
        slot_end=st.integers(0, 2**40).map(lambda s: s * 1000),
        country=WORDS,
        plate_tail=WORDS,
        plate_digest=st.binary(min_size=8, max_size=8),
    )
)
def test_every_ticket_survives(ticket):
    text = TicketSigner(KEY).sign(ticket)
    if len(text) <= 1_024:
        assert VERIFIER.verify(text, 0) == ticket


TICKETS = [replace(TICKET, number=number, plate_digest=os.urandom(8)) for number in range(1, 150)]


def test_no_text_has_a_blank_that_trimming_folding_or_a_keyboard_takes():
    texts = [TicketSigner(KEY).sign(ticket) for ticket in TICKETS]
    assert any(" " in text for text in texts)
    for text in texts:
        assert text.startswith(PREFIX)
        assert text == " ".join(text.split())
        assert "+ " not in text


def test_every_one_is_read_however_its_lines_were_broken():
    for number, ticket in enumerate(TICKETS):
        text = TicketSigner(KEY).sign(ticket)
        size = 20 + number
        wrapped = "\r\n".join(text[at : at + size] for at in range(0, len(text), size))
        blanks = text.replace(" ", "\n ")
        lines = text.replace(" ", "\n")
        for sent in (wrapped, blanks, lines, text.replace(" ", "\u00a0"), text.replace(" ", "  ")):
            assert VERIFIER.verify(f"\t{sent} \r\n", NOW) == ticket, repr(sent)


@pytest.mark.parametrize("layout", Layout)
def test_every_one_is_read_from_every_keyboard(layout: Layout):
    for number, ticket in enumerate(TICKETS[:60]):
        text = TicketSigner(KEY).sign(ticket)
        sent = typed(text, layout, list(Way)[number % len(Way)])
        assert VERIFIER.verify(f"{sent}\r\n", NOW) == ticket


def test_the_ticket_of_an_older_release_is_read():
    assert VERIFIER.verify(OLDER, NOW) == TICKET
    assert VERIFIER.verify(f" {OLDER[:40].lower()}\r\n{OLDER[40:]}\t", NOW) == TICKET
    for layout in Layout:
        assert VERIFIER.verify(typed(OLDER, layout), NOW) == TICKET


def test_claims_that_no_padding_helps_are_written_as_before(monkeypatch):
    monkeypatch.setattr(ticket_token, "_survives", lambda _text: False)
    text = TicketSigner(KEY).sign(TICKET)
    assert text.startswith(OLDER_PREFIX)
    assert VERIFIER.verify(text, NOW) == TICKET


@pytest.mark.parametrize("pad", [b"", b"\1", bytes(17)])
def test_another_padding_is_none_of_ours(pad: bytes):
    members = [pad, 1, "c", "p", "l", 1, "KZ", "K06", DIGEST]
    assert distrust(signed(cbor2.dumps({1: "k", 4: 1, -65537: members}))) is Distrust.MALFORMED
    fine = [bytes(16), *members[1:]]
    assert distrust(signed(cbor2.dumps({1: "k", 4: 1, -65537: fine}))) is Distrust.EXPIRED


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("way", Way)
def test_a_scanner_on_another_keyboard_layout_is_read_and_the_signature_decides(
    layout: Layout, way: Way
):
    text = typed(TEXT, layout, way)
    assert VERIFIER.verify(f"{text}\r\n", NOW) == TICKET
    stranger = TicketSigner(make_signing_key(os.urandom)).sign(TICKET)
    assert distrust(typed(stranger, layout, way)) == Distrust.UNKNOWN_KEY
    assert distrust(text[:40] + text[41:]) == Distrust.MALFORMED, "a key was lost"


def test_a_text_that_lost_a_character_is_not_read_rather_than_forged():
    assert not distrust(TEXT[:60] + TEXT[61:]).readable
    assert distrust(TEXT, TicketVerifier([])).readable
