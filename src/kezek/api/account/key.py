"""Keys: the public ones by which tickets are checked, and what the asker's own key may do."""

from __future__ import annotations

import msgspec

from kezek.api.frame.operation import ApiRequest, Operation, Reply, answer
from kezek.app.application import Application


class VerificationKey(msgspec.Struct, frozen=True):
    """A public key in PEM form; tickets are signed with Ed25519."""

    algorithm: str
    pem: str


class VerificationKeys(msgspec.Struct, frozen=True):
    """The installation's own key first, then older ones and those of others that it honours."""

    issuer: str
    keys: list[VerificationKey]


class GrantResponse(msgspec.Struct, frozen=True):
    """A role at a place: a checkpoint, an authority, or `*` for everywhere."""

    role: str
    place: str


class KeyResponse(msgspec.Struct, frozen=True):
    """The account a key acts for, what it may do, and its requests a minute."""

    account: int
    grants: list[GrantResponse]
    rate: int


class Keys:
    def __init__(self, application: Application) -> None:
        self._application = application

    async def public(self, _call: ApiRequest) -> Reply:
        pems = self._application.papers.public_keys()
        keys = [VerificationKey("Ed25519", pem.decode()) for pem in pems]
        return answer(VerificationKeys(self._application.settings.issuer, keys))

    async def me(self, request: ApiRequest) -> Reply:
        grants = [GrantResponse(role, place) for role, place in sorted(request.actor.grants)]
        return answer(KeyResponse(request.actor.account, grants, request.rate))


OPERATIONS = (
    Operation(
        method="GET",
        path="/keys",
        name="list_verification_keys",
        noun="keys",
        summary="Public keys that verify tickets",
        description="With these a ticket's QR code is checked without a network.",
        run=Keys.public,
        answer=VerificationKeys,
        public=True,
    ),
    Operation(
        method="GET",
        path="/me",
        name="read_me",
        noun="keys",
        summary="What this key may do",
        description="The account, its grants as far as the key goes, and the key's rate.",
        run=Keys.me,
        answer=KeyResponse,
    ),
)
