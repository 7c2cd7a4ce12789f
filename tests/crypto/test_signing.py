from __future__ import annotations

import hashlib
import os

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from kezek.crypto.signing import (
    KeyUnusable,
    SigningKey,
    make_signing_key,
    read_public_key,
    read_signing_key,
)


def test_a_known_key_signs_as_rfc_8032_says():
    """Test 1 of section 7.1."""
    key = SigningKey(
        bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    )
    assert key.public.raw.hex() == (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    )
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a")


def test_what_is_signed_is_verified_and_nothing_else():
    key = make_signing_key(os.urandom)
    signature = key.sign(b"turn 41")
    assert key.public.verifies(b"turn 41", signature)
    assert not key.public.verifies(b"turn 14", signature)
    assert not key.public.verifies(b"turn 41", signature[:-1])
    assert not make_signing_key(os.urandom).public.verifies(b"turn 41", signature)


def test_keys_survive_their_files():
    key = make_signing_key(os.urandom)
    assert read_signing_key(key.pem()) == key
    assert read_public_key(key.public.pem()) == key.public


def test_the_key_id_is_the_beginning_of_the_hash():
    public = make_signing_key(os.urandom).public
    assert public.id == hashlib.sha256(public.raw).digest()[:8]


def test_the_secret_half_is_not_shown():
    key = make_signing_key(os.urandom)
    assert key.seed.hex() not in repr(key)
    assert repr(key.seed) not in repr(key)


def test_other_files_are_refused():
    other = X25519PrivateKey.generate()
    private = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    public = other.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key = make_signing_key(os.urandom)
    for pem in (b"", b"nonsense", private, key.public.pem()):
        with pytest.raises(KeyUnusable):
            read_signing_key(pem)
    for pem in (b"", b"nonsense", public, key.pem()):
        with pytest.raises(KeyUnusable):
            read_public_key(pem)
