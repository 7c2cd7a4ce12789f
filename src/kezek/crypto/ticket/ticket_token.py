"""The text in a ticket's QR code: a signed statement that a gate checks without a network.

A CBOR Web Token (RFC 8392) in a COSE_Sign1 envelope (RFC 9052) with EdDSA, written in the alphanumeric
characters of QR codes (Base45) after the prefix `KZK2:`; `KZK1:` stands before those of older releases,
whose alphabet has no blank.  It says which booking it is and lets an officer
compare the truck: country and last three characters by eye, the whole plate by a hash.  It holds no
name, no phone and no whole plate, and it does not say whether the booking still stands: that only the
queue knows.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import cbor2
from cwt import COSE, COSEKey
from cwt.exceptions import CWTError

from kezek.crypto.fault import TrustFault
from kezek.crypto.signing import PublicKey, SigningKey
from kezek.crypto.ticket.base45 import BASE44, BASE45, decode, encode
from kezek.domain.kernel.instant import DAY, SECOND, Instant
from kezek.domain.kernel.keyboard import Layout, layout_of, signed_readings
from kezek.domain.vehicle.plate import mask, normalise

PREFIX: Final = "KZK2:"
OLDER_PREFIX: Final = "KZK1:"
GRACE: Final = (
    DAY  # a ticket is readable for a day after its window: the truck may still stand in line
)
PLATE_DIGEST_BYTES: Final = 8

_TEXT_MAX = 1_024  # characters; a real token has about 260
_WORD_MAX = 64  # characters of one claim
# Forms, pages and people fold two blanks into one.  A German keyboard swallows a blank behind a plus:
# there the key writes an accent that waits for a letter.
_FOLDED = ("  ", "+ ")
# So many paddings are tried; every second one of them moves each claim by half a group of characters.
_PADS_MAX = 16
# A line break in a text was put in, or it stands where a blank was.
_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1f\x85\u2028\u2029]+")
_SIGN1 = 18  # CBOR tag of COSE_Sign1
_ALG, _KID, _EDDSA = 1, 4, -8
_ISS, _EXP = 1, 4
# Private use: below -65536.  One claim with a list costs 40 bytes less than eight claims.
_TICKET = -65537
# What cbor2 and cwt raise for bytes that are not what they should be.
_DECODING_ERRORS = (
    CWTError,
    cbor2.CBORError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
)


class Distrust(StrEnum):
    """Why a text is no ticket: stable codes, sentences are in the catalogues."""

    MALFORMED = "malformed"
    UNKNOWN_KEY = "unknown_key"
    BAD_SIGNATURE = "bad_signature"
    EXPIRED = "expired"

    @property
    def readable(self) -> bool:
        """Whether the text has the whole form of a ticket: nothing was lost when it was scanned."""
        return self is not Distrust.MALFORMED


_CERTAIN = tuple(Distrust)  # the later, the more of the text was understood


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a token says.  Instants are milliseconds and must be whole seconds; the rest is text.

    `plate_tail` is what the public may see, `plate_digest` what `matches` compares.
    """

    issuer: str
    number: int
    code: str
    checkpoint: str
    line: str
    slot_start: Instant
    slot_end: Instant
    country: str
    plate_tail: str
    plate_digest: bytes

    @property
    def expires_at(self) -> Instant:
        return self.slot_end + GRACE

    def matches(self, country: str, plate: str) -> bool:
        """Whether this is the ticket's truck; the plate may be typed in any way."""
        return country == self.country and plate_digest(country, plate) == self.plate_digest


class Untrusted(TrustFault):
    """The text is no ticket of ours.  An expired one is handed along, for the officer to read."""

    def __init__(self, reason: Distrust, ticket: Ticket | None = None) -> None:
        super().__init__(f"The ticket cannot be trusted: {reason}.")
        self.reason = reason
        self.ticket = ticket


def plate_digest(country: str, plate: str) -> bytes:
    """Eight bytes by which a plate is compared.

    Not a secret: who has the ticket has the truck.  Plates are few enough to try them all, so this
    goes nowhere but into the driver's own QR code.
    """
    spelled = f"{country} {normalise(country, plate)}".encode(errors="surrogatepass")
    return hashlib.sha256(spelled).digest()[:PLATE_DIGEST_BYTES]


def plate_claims(country: str, plate: str) -> tuple[str, bytes]:
    """`plate_tail` and `plate_digest` of a ticket for this plate."""
    return mask(country, plate), plate_digest(country, plate)


class TicketSigner:
    """Writes tokens with one key; prepared once, used for every ticket."""

    def __init__(self, key: SigningKey) -> None:
        public = key.public
        self._cose = COSE.new()
        self._key = COSEKey.new(
            {1: 1, 2: public.id, 3: _EDDSA, -1: 6, -2: public.raw, -4: key.seed}
        )
        self._header: dict[Any, Any] = {_ALG: _EDDSA, _KID: public.id}

    def sign(self, ticket: Ticket) -> str:
        """The QR text, about 260 characters of the alphanumeric mode; the same for the same ticket."""
        texts = (PREFIX + encode(self._signed(ticket, pad)) for pad in range(_PADS_MAX + 1))
        text = next((text for text in texts if _survives(text)), "")
        # Claims that have such blanks with every padding are written as they were before.
        return text or OLDER_PREFIX + encode(self._signed(ticket, 0), BASE44)

    def _signed(self, ticket: Ticket, pad: int) -> bytes:
        payload = cbor2.dumps(_claims(ticket, pad))
        signed = self._cose.encode_and_sign(payload, self._key, protected=dict(self._header))
        assert isinstance(signed, bytes), "COSE answers bytes unless asked for a tag"
        return signed


def _survives(text: str) -> bool:
    """Whether trimming, folding and every keyboard layout leave the text as it is."""
    return text == text.strip() and not any(part in text for part in _FOLDED)


def _claims(ticket: Ticket, pad: int) -> dict[int, Any]:
    """The claims; `pad` bytes before those of the ticket change the signature and move what follows."""
    assert ticket.slot_start % SECOND == 0, "a window starts on a whole second"
    assert ticket.expires_at % SECOND == 0, "a window ends on a whole second"
    claims = {
        _ISS: ticket.issuer,
        _EXP: ticket.expires_at // SECOND,
        _TICKET: [
            *([bytes(pad)] if pad else ()),
            ticket.number,
            ticket.code,
            ticket.checkpoint,
            ticket.line,
            ticket.slot_start // SECOND,
            ticket.country,
            ticket.plate_tail,
            ticket.plate_digest,
        ],
    }
    assert _ticket(claims) == ticket, "what is signed can be read back"
    return claims


class TicketVerifier:
    """Reads tokens signed with any of the accepted keys."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self._cose = COSE.new()
        self._keys = {
            key.id: COSEKey.new({1: 1, 2: key.id, 3: _EDDSA, -1: 6, -2: key.raw}) for key in keys
        }

    def verify(self, text: str, now: Instant) -> Ticket:
        """The ticket of a QR text; raises Untrusted with its reason and nothing else.

        Added white space and small letters are forgiven: scanners that play keyboard write them.  A text
        that came through a keyboard of another layout is read back, and the signature decides.
        """
        doubts: list[Untrusted] = []
        for read in _readings(text):
            try:
                return self._verify(read, now)
            except Untrusted as doubt:
                doubts.append(doubt)
        raise max(doubts, key=lambda doubt: _CERTAIN.index(doubt.reason))

    def _verify(self, text: str, now: Instant) -> Ticket:
        envelope = _envelope(text)
        key = self._keys.get(_key_id(envelope))
        if key is None:
            raise Untrusted(Distrust.UNKNOWN_KEY)
        try:
            payload = self._cose.decode(envelope, [key])
        except _DECODING_ERRORS as error:
            raise Untrusted(Distrust.BAD_SIGNATURE) from error
        ticket = _ticket(_loads(payload))
        if ticket is None:
            raise Untrusted(Distrust.MALFORMED)
        if now >= ticket.expires_at:
            raise Untrusted(Distrust.EXPIRED, ticket)
        return ticket


_ALPHABETS = {PREFIX: frozenset(BASE45), OLDER_PREFIX: frozenset(BASE44)}


def begins_as_ticket(text: str) -> tuple[bool, Layout | None]:
    """Whether a text begins like a ticket's, and the layout it was typed on, None for the American."""
    if _compact(text).startswith((PREFIX, OLDER_PREFIX)):
        return True, None
    found = (layout_of(text, prefix, signs) for prefix, signs in _ALPHABETS.items())
    layout = next(filter(None, found), None)
    return layout is not None, layout


def _readings(text: str) -> list[str]:
    """The text as it stands, then as other keyboard layouts may have been meant to write it."""
    if len(text) > _TEXT_MAX:
        return [text]
    # In this order: who wraps lines seldom takes a blank away for it.
    ways = [" ".join(_BREAKS.sub(joint, text).split()) for joint in ("", " ")]
    begins, layout = begins_as_ticket(text)
    read = [
        read
        for prefix, signs in _ALPHABETS.items()
        for way in ways
        for _, read in (signed_readings(way, signs) if begins and layout else ())
        if read.startswith(prefix)
    ]
    return [*dict.fromkeys(way.upper() for way in ways), *dict.fromkeys(read)]


def _compact(text: str) -> str:
    return "".join(text.split()).upper()


def _envelope(text: str) -> cbor2.CBORTag:
    """The COSE_Sign1 of a text, of exactly the form that `TicketSigner` writes."""
    if len(text) > _TEXT_MAX:
        raise Untrusted(Distrust.MALFORMED)
    try:
        raw = _raw(text)
    except ValueError as error:
        raise Untrusted(Distrust.MALFORMED) from error
    match _loads(raw):
        case cbor2.CBORTag(tag=18, value=[bytes(), {}, bytes(), bytes()] as parts):
            pass
        case _:
            raise Untrusted(Distrust.MALFORMED)
    # Nothing unsigned is read, so nothing unsigned may be there.
    if parts[1]:
        raise Untrusted(Distrust.MALFORMED)
    return cbor2.CBORTag(_SIGN1, parts)


def _raw(text: str) -> bytes:
    """The bytes behind either prefix; ValueError where none are."""
    if text.startswith(PREFIX):
        return decode(text.removeprefix(PREFIX))
    compact = _compact(text)
    if not compact.startswith(OLDER_PREFIX):
        raise ValueError("another beginning")
    return decode(compact.removeprefix(OLDER_PREFIX), BASE44)


def _key_id(envelope: cbor2.CBORTag) -> bytes:
    match _loads(envelope.value[0]):
        case {1: -8, 4: bytes(key_id), **rest} if not rest:
            return key_id
        case _:
            raise Untrusted(Distrust.MALFORMED)


def _loads(raw: bytes) -> object:
    """What the bytes say, in the one way in which we write it.

    Bytes behind it, a member twice or a longer spelling are read by nobody and mean nothing, so a text
    with them is not the one that was signed.
    """
    try:
        loaded: object = cbor2.loads(raw)
        same = cbor2.dumps(loaded) == raw
    except _DECODING_ERRORS as error:
        raise Untrusted(Distrust.MALFORMED) from error
    if not same:
        raise Untrusted(Distrust.MALFORMED)
    return loaded


def _ticket(claims: object) -> Ticket | None:
    """The ticket of a claims set, None when it is not of the form of `_claims`."""
    match claims:
        case {1: str(issuer), 4: int(expires), -65537: [bytes(pad), *members]}:
            fits = 0 < len(pad) <= _PADS_MAX and not any(pad)
            return _of_members(issuer, expires, members) if fits else None
        case {1: str(issuer), 4: int(expires), -65537: [*members]}:
            return _of_members(issuer, expires, members)
        case _:
            return None


def _of_members(issuer: str, expires: int, members: list[object]) -> Ticket | None:
    match members:
        case [
            int(number),
            str(code),
            str(checkpoint),
            str(line),
            int(start),
            str(country),
            str(tail),
            bytes(digest),
        ]:
            words = (issuer, code, checkpoint, line, country, tail)
            if max(map(len, words)) > _WORD_MAX or len(digest) != PLATE_DIGEST_BYTES:
                return None
            return Ticket(
                issuer=issuer,
                number=number,
                code=code,
                checkpoint=checkpoint,
                line=line,
                slot_start=start * SECOND,
                slot_end=expires * SECOND - GRACE,
                country=country,
                plate_tail=tail,
                plate_digest=digest,
            )
        case _:
            return None
