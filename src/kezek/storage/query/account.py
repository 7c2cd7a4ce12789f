"""Queries about keys and sessions, and the deletion of sessions."""

from __future__ import annotations

from kezek.domain.account.account import ApiKey
from kezek.storage.mapping import mapping
from kezek.storage.query.query import query

API_KEY = query(f"{mapping(ApiKey).select} WHERE digest = :digest")
END_SESSIONS = query(
    "DELETE FROM session WHERE digest = :digest OR (:account <> 0 AND account = :account)"
    " OR expires < :before"
)
