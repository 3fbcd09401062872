"""Access tokens of a Countersign server, verified with the keys that it publishes."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import datetime, timezone

from .errors import Refused
from .server import read_server
from .values import bytes_of

# Seconds that the server's clock may be ahead.
_SKEW = 60

# Characters that a token has at most.
_LONGEST = 8192


@dataclass(frozen=True)
class Claims:
    """What a verified access token says."""

    contact: str
    """`sub`: the visitor's contact, `con_…`"""
    session: str
    """`sid`: `ses_…`"""
    tenant: str
    """`ws`: the environment that both belong to, `env_…`"""
    id: str
    """`jti`"""
    issued: datetime
    expires: datetime
    jkt: str | None
    """The thumbprint of the browser key that the session is bound to, or None. Who presents a bound
    token must also present a DPoP proof (RFC 9449) by that key."""


class Verifier:
    """Verifies the access tokens of one server. Make one and keep it; threads may share it.

    It does not learn of revocation: a session that was ended stays believable until its token
    expires, at most ten minutes. Ask the server where that is too long. Needs the extra `keys`.

    :param server: the server's public URL (`serve --public-url`). The keys are fetched when the
        first token comes
    """

    def __init__(self, server: str) -> None:
        from .keys import KeySet

        self._issuer = read_server(server)
        self._audience = f"{self._issuer}/widget/v1"
        self._keys = KeySet(f"{self._issuer}/.well-known/jwks.json")

    def __repr__(self) -> str:
        return f"<Verifier {self._issuer}>"

    def verify(self, token: str) -> Claims:
        """The claims of `token`. Raises `Refused`, or `KeysUnavailable`."""
        algorithm, kid, body, signature = _split(token)
        key = self._keys.find(kid)
        if not key.answers_to(algorithm):
            raise Refused("algorithm", "alg is not that of the key")
        if not key.verifies(token.rpartition(".")[0].encode(), signature):
            raise Refused("signature", "the signature does not fit")
        claims = _object(body)
        if claims is None:
            raise Refused("claims", "the claims are no JSON object")
        return self._read(claims)

    def _read(self, claims: dict[str, object]) -> Claims:
        if claims.get("iss") != self._issuer:
            raise Refused("issuer", f"iss is not {self._issuer}")
        if claims.get("aud") != self._audience:
            raise Refused("audience", f"aud is not {self._audience}")
        issued, expires = _time(claims, "iat"), _time(claims, "exp")
        read = Claims(
            contact=_text(claims, "sub"),
            session=_text(claims, "sid"),
            tenant=_text(claims, "ws"),
            id=_text(claims, "jti"),
            issued=datetime.fromtimestamp(issued, timezone.utc),
            expires=datetime.fromtimestamp(expires, timezone.utc),
            jkt=_bound_key(claims),
        )
        now = int(time.time())
        if expires <= now:
            raise Refused("expired", f"it expired {now - expires} s ago")
        if issued > now + _SKEW:
            raise Refused(
                "issued_ahead", f"iat lies {issued - now} s ahead; is this machine's clock right?"
            )
        return read


def _split(token: str) -> tuple[str, str, bytes, bytes]:
    """Reads the outer form strictly: three segments, and a header of alg, kid and typ."""
    segments = token.split(".") if isinstance(token, str) and len(token) <= _LONGEST else []
    decoded = [found for found in map(bytes_of, segments) if found is not None]
    if len(segments) != 3 or len(decoded) != 3:
        raise Refused("malformed", "it is no token of three segments in base64url")
    header = _object(decoded[0]) or {}
    algorithm, kid, kind = header.get("alg"), header.get("kid"), header.get("typ")
    if len(header) != 3 or not (
        isinstance(algorithm, str) and isinstance(kid, str) and isinstance(kind, str)
    ):
        raise Refused("malformed", "the header is not alg, kid and typ")
    if kind != "at+jwt":
        raise Refused("kind", "typ is not at+jwt")
    return algorithm, kid, decoded[1], decoded[2]


def _object(text: bytes) -> dict[str, object] | None:
    """The JSON object, if it is one in which no name stands twice."""
    try:
        found = json.loads(text.decode(), object_pairs_hook=_distinct)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _distinct(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _text(claims: dict[str, object], name: str) -> str:
    text = claims.get(name)
    if not isinstance(text, str) or not text:
        raise Refused("claims", f"{name} is missing or of another type")
    return text


def _time(claims: dict[str, object], name: str) -> int:
    seconds = claims.get(name)
    if type(seconds) is not int or not 0 < seconds <= 253_402_300_799:
        raise Refused("claims", f"{name} is missing or of another type")
    return seconds


def _bound_key(claims: dict[str, object]) -> str | None:
    confirmation = claims.get("cnf")
    if "cnf" not in claims:
        return None
    if not isinstance(confirmation, dict):
        raise Refused("claims", "cnf is of another type")
    return _text(confirmation, "jkt")
