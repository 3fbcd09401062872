"""Compact tokens: header, claims and a signature."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping

from .values import text_of

Sign = Callable[[bytes], bytes]

USUAL_LIFETIME = 600


def times(lifetime: int = USUAL_LIFETIME) -> dict[str, object]:
    """`iat` and `exp`."""
    issued = int(time.time())
    return {"iat": issued, "exp": issued + lifetime}


def compact(header: Mapping[str, object], claims: Mapping[str, object], sign: Sign) -> str:
    """A signed token; claims that are None stay out."""
    present = {name: claim for name, claim in claims.items() if claim is not None}
    signed = ".".join(_part(part) for part in (header, present))
    return f"{signed}.{text_of(sign(signed.encode()))}"


def hs256(key: bytes) -> Sign:
    """Signs with a shared secret."""
    return lambda message: hmac.digest(key, message, hashlib.sha256)


def _part(json_object: Mapping[str, object]) -> str:
    return text_of(json.dumps(json_object, separators=(",", ":"), ensure_ascii=False).encode())
