"""What can go wrong, by what a caller can do about it."""

from __future__ import annotations

from typing import Literal

RefusedCode = Literal[
    "malformed",
    "kind",
    "unknown_key",
    "algorithm",
    "signature",
    "claims",
    "issuer",
    "audience",
    "expired",
    "issued_ahead",
]


class InvalidInput(ValueError):
    """What was given cannot be signed, or names no server; the message says what would be right."""


class Refused(Exception):
    """The text is no access token for you: answer 401."""

    def __init__(self, code: RefusedCode, detail: str) -> None:
        super().__init__(f"the access token is refused: {detail}")
        self.code: RefusedCode = code


class KeysUnavailable(Exception):
    """The server's keys cannot be had: this says nothing about the token. Answer 503."""
