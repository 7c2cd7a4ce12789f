"""Ed25519 keys: what signs a ticket, and what a gate without a network checks it with (RFC 8032)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from kezek.crypto.fault import TrustFault

KEY_ID_BYTES = 8
_SEED_BYTES = 32


class KeyUnusable(TrustFault):
    """A key file does not hold the key that belongs there."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that may be given away.  `raw` has 32 bytes."""

    raw: bytes

    @property
    def id(self) -> bytes:
        """The first eight bytes of SHA-256 of the raw key; pages show them as 16 hex digits."""
        return hashlib.sha256(self.raw).digest()[:KEY_ID_BYTES]

    def verifies(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def pem(self) -> bytes:
        key = Ed25519PublicKey.from_public_bytes(self.raw)
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """The half that never leaves its file.  Not shown by repr, so that no log ever holds it."""

    seed: bytes

    @property
    def public(self) -> PublicKey:
        key = Ed25519PrivateKey.from_private_bytes(self.seed).public_key()
        return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def sign(self, message: bytes) -> bytes:
        """64 bytes; the same for the same message."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)

    def pem(self) -> bytes:
        """PKCS 8 without a passphrase: the mode of the file protects it."""
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def make_signing_key(chance: Callable[[int], bytes]) -> SigningKey:
    """A new key from 32 bytes of the source of randomness."""
    return SigningKey(chance(_SEED_BYTES))


def read_signing_key(pem: bytes) -> SigningKey:
    """The key of a PKCS 8 PEM text; raises KeyUnusable."""
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable("This is not a private key in PEM form without a passphrase.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable("The private key is not an Ed25519 key.")
    return SigningKey(key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()))


def read_public_key(pem: bytes) -> PublicKey:
    """The key of a PEM text; raises KeyUnusable."""
    try:
        key = load_pem_public_key(pem)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable("This is not a public key in PEM form.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnusable("The public key is not an Ed25519 key.")
    return PublicKey(key.public_bytes(Encoding.Raw, PublicFormat.Raw))
