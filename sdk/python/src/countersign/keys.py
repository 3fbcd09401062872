"""The published keys of a server: fetched, believed for a while, each with exactly one algorithm."""

from __future__ import annotations

import json
import math
import threading
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit

from .asymmetric import Verifies, public_key
from .errors import KeysUnavailable, Refused

# Seconds.
_FRESH = 300  # then they are fetched again, as the server's max-age says
_STALE = 3600  # so long they are believed while the server cannot be reached
_RETRY = 10  # between two fetches, whatever unknown kid comes
_TIMEOUT = 5

_LONGEST_SET = 64 * 1024


@dataclass(frozen=True)
class PublicKey:
    """A public key with its one algorithm, whatever a token says."""

    algorithm: str
    verifies: Verifies

    def answers_to(self, name: object) -> bool:
        """Whether `name` is its algorithm; EdDSA is the older name of Ed25519."""
        return name == self.algorithm or (self.algorithm == "Ed25519" and name == "EdDSA")


class KeySet:
    """Holds the keys. One fetch serves every thread that waits for it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keys: Mapping[str, PublicKey] = {}
        self._fetched = -math.inf
        self._tried = -math.inf
        self._fault: Exception | None = None

    def find(self, kid: str) -> PublicKey:
        """The key that is called `kid`; fetches the keys if they are old or `kid` is unknown."""
        known = self._known(kid, _FRESH)
        if known:
            return known
        with self._lock:
            # Another thread may have fetched them while this one waited.
            known = self._known(kid, _FRESH)
            if not known and time.time() - self._tried >= _RETRY:
                self._refresh()
            known = known or self._known(kid, _STALE)
            fault = self._fault
        if known:
            return known
        if fault:
            raise KeysUnavailable(
                f"the server's keys cannot be had from {self._url}: {fault}"
            ) from fault
        raise Refused("unknown_key", "kid is no key of this server")

    def _known(self, kid: str, age: float) -> PublicKey | None:
        return self._keys.get(kid) if time.time() - self._fetched < age else None

    def _refresh(self) -> None:
        self._tried = time.time()
        try:
            self._keys = _read_keys(_download(self._url))
            self._fetched = time.time()
            self._fault = None
        except (OSError, HTTPException, ValueError, RecursionError) as fault:
            self._fault = fault


def _download(url: str) -> bytes:
    """Follows no redirect: keys come from the server that was named, or not at all."""
    ends = time.monotonic() + _TIMEOUT
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    with closing(kind(parts.netloc, timeout=_TIMEOUT)) as connection:
        connection.request("GET", parts.path)
        with connection.getresponse() as response:
            if response.status != 200:
                raise ValueError(f"it answered {response.status}")
            return _read(response, ends)


def _read(response: HTTPResponse, ends: float) -> bytes:
    found = b""
    while chunk := response.read1(_LONGEST_SET):
        found += chunk
        if len(found) > _LONGEST_SET:
            raise ValueError(f"it answered more than {_LONGEST_SET} bytes")
        if time.monotonic() > ends:
            raise TimeoutError(f"it took more than {_TIMEOUT} s")
    return found


def _read_keys(text: bytes) -> dict[str, PublicKey]:
    """Reads a JWK Set. Keys of kinds that this library does not know are passed over."""
    found = json.loads(text)
    listed = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise ValueError("it answered no JWK Set")
    keys: dict[str, PublicKey] = {}
    for jwk in listed:
        key = _read_key(jwk) if isinstance(jwk, dict) else None
        if key is None:
            continue
        if jwk["kid"] in keys:
            raise ValueError(f"two keys are called {jwk['kid']!r}")
        keys[jwk["kid"]] = key
    if not keys:
        raise ValueError("it has no key of RS256, ES256 or Ed25519")
    return keys


def _read_key(jwk: Mapping[str, object]) -> PublicKey | None:
    kid, use, algorithm = jwk.get("kid"), jwk.get("use", "sig"), jwk.get("alg")
    read = public_key(jwk) if isinstance(kid, str) and kid and use == "sig" else None
    if read is None:
        return None
    key = PublicKey(*read)
    return key if algorithm is None or key.answers_to(algorithm) else None
