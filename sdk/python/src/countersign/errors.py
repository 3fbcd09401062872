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


class Rejected(Exception):
    """The server said no. `code` is stable, the text is for people.

    `request_id` names the call in the server's log; `retry_after` is the number of seconds after
    which the server would like to be asked again.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        request_id: str | None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.request_id = request_id
        self.retry_after = retry_after


class Unreachable(Exception):
    """The server gave no answer that counts; the cause says why."""
