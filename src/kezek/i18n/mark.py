"""Marks sentences that stand in tables for extraction; they are translated where they are shown."""

from __future__ import annotations


def translatable(text: str) -> str:
    """The sentence itself."""
    return text
