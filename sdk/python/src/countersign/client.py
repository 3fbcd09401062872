"""Sends notifications from your back end, by the secret key."""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timezone
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import quote, urlsplit

from .errors import InvalidInput, Rejected, Unreachable
from .server import read_server

_TRIES = 4
_TIMEOUT = 15  # seconds
_LONGEST_PAUSE = 10.0


@dataclass(frozen=True)
class Delivery:
    """What became of a notification on one channel."""

    channel: str
    state: str
    """`delivered`, `queued`, `held` for a digest, `skipped` or `failed`."""
    reason: str | None
    provenance: str | None
    """How the address is known that it goes to: `proven` or `set`; `None` where there is none."""
    at: datetime


@dataclass(frozen=True)
class Sent:
    """A notification as the server has it."""

    id: str
    contact: str
    type: str
    sub: str | None
    state: str
    """`scheduled`, `sent`, `ignored` or `cancelled`."""
    due_at: datetime
    created_at: datetime
    deliveries: tuple[Delivery, ...]
    notes: tuple[str, ...]
    """What whoever sends should know; only in the answer to the sending itself."""


class Client:
    """Calls a server with the secret key. Make one and keep it; threads may share it.

    :param server: the server's public URL
    :param secret_key: `cs_sk_live_…` or `cs_sk_test_…`
    """

    __slots__ = ("_authorization", "_server")

    def __init__(self, server: str, secret_key: str) -> None:
        self._server = read_server(server)
        if not isinstance(secret_key, str) or not _SECRET_KEY.fullmatch(secret_key):
            raise InvalidInput(
                "the secret key must be the whole text cs_sk_… as it was shown, "
                "without quotes, spaces or a newline"
            )
        self._authorization = f"Bearer {secret_key}"

    def __repr__(self) -> str:
        return f"<Client {self._server}>"

    def send(
        self,
        type: str,
        to: Mapping[str, str],
        *,
        sub: str | None = None,
        parameters: Mapping[str, object] | None = None,
        texts: Mapping[str, object] | None = None,
        channels: Sequence[str] | None = None,
        at: datetime | None = None,
        idempotency_key: str | None = None,
    ) -> Sent:
        """Sends a notification, or keeps it for its moment.

        A call without an answer is repeated, 4 times in all; by its idempotency key the server does
        the work once.

        :param type: the name of a notification type
        :param to: `{"contact": …}`, or a person by your own id, of whom a contact is made if there
            is none: `{"id": …, "email": …, "phone": …}`
        :param sub: one of the type's sub-notifications
        :param parameters: values for the merge tags, at most 150,000 bytes of JSON
        :param texts: texts of this one call, in place of the type's templates
        :param channels: the only channels to use, of those that the type has
        :param at: when to send it, at most a year ahead; now without it
        :param idempotency_key: yours, such as the id of what you tell of, if your process may die in
            between: within a day, the same key sends nothing twice
        """
        if at is not None and at.utcoffset() is None:
            raise InvalidInput("`at` must know its time zone, such as timezone.utc")
        key = str(uuid.uuid4()) if idempotency_key is None else idempotency_key
        if not _IDEMPOTENCY_KEY.fullmatch(key):
            raise InvalidInput("the idempotency key must be 1 to 255 visible ASCII characters")
        given = {
            "type": type,
            "to": to,
            "sub": sub,
            "parameters": parameters,
            "texts": texts,
            "channels": channels,
            "at": at and at.astimezone(timezone.utc).isoformat(timespec="milliseconds")[:23] + "Z",
        }
        body = {name: value for name, value in given.items() if value is not None}
        headers = {"content-type": "application/json", "idempotency-key": key}
        return _sent(self._call("POST", "/api/v1/notifications", headers, json.dumps(body)))

    def notification(self, id: str) -> Sent:
        """What became of a notification."""
        return _sent(self._call("GET", f"/api/v1/notifications/{quote(id, safe='')}", {}, None))

    def _call(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Any:
        for tried in range(1, _TRIES + 1):
            try:
                return self._once(method, path, headers, body)
            except (Rejected, Unreachable) as fault:
                if tried == _TRIES or not _passes(fault):
                    raise
                wished = fault.retry_after if isinstance(fault, Rejected) else None
            time.sleep(0.1 * 2**tried * (1 + random.random()) if wished is None else wished)
        raise AssertionError("the last try returned or raised")

    def _once(self, method: str, path: str, headers: dict[str, str], body: str | None) -> Any:
        parts = urlsplit(self._server)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        headers = {**headers, "authorization": self._authorization}
        try:
            with closing(kind(parts.netloc, timeout=_TIMEOUT)) as connection:
                connection.request(method, path, body and body.encode(), headers)
                with connection.getresponse() as answer:
                    text = answer.read()
            found = json.loads(text) if 200 <= answer.status < 300 else None
        except (OSError, HTTPException, ValueError) as fault:
            raise Unreachable(f"{self._server} gave no answer: {fault}") from fault
        if found is None:
            raise _rejected(answer, text)
        return found


def _rejected(answer: HTTPResponse, text: bytes) -> Rejected:
    try:
        problem = json.loads(text)
    except ValueError:
        problem = None
    problem = problem if isinstance(problem, dict) else {}
    wished = answer.getheader("retry-after", "")
    return Rejected(
        answer.status,
        problem.get("code", "unknown"),
        problem.get("detail", f"the server answered {answer.status}"),
        problem.get("request_id"),
        min(float(wished), _LONGEST_PAUSE) if wished.isdecimal() else None,
    )


def _passes(fault: Rejected | Unreachable) -> bool:
    """Whether the same call may get another answer."""
    if isinstance(fault, Unreachable):
        return True
    return fault.status == 429 or fault.status >= 500 or fault.code == "idempotency_in_progress"


def _sent(wire: Any) -> Sent:
    return Sent(
        id=wire["id"],
        contact=wire["contact"],
        type=wire["type"],
        sub=wire["sub"],
        state=wire["state"],
        due_at=_moment(wire["due_at"]),
        created_at=_moment(wire["created_at"]),
        deliveries=tuple(_delivery(each) for each in wire["deliveries"]),
        notes=tuple(wire.get("notes", ())),
    )


def _delivery(wire: Any) -> Delivery:
    return Delivery(
        channel=wire["channel"],
        state=wire["state"],
        reason=wire["reason"],
        provenance=wire["provenance"],
        at=_moment(wire["at"]),
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


_SECRET_KEY = re.compile(r"cs_sk_(live|test)_[A-Za-z0-9_-]+")
_IDEMPOTENCY_KEY = re.compile("[!-~]{1,255}")
