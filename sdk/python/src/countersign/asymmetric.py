"""Signatures with key pairs, which the standard library has not: this needs `cryptography`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

try:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ec import (
        ECDSA,
        SECP256R1,
        EllipticCurvePrivateKey,
        EllipticCurvePublicKey,
        EllipticCurvePublicNumbers,
    )
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
    from cryptography.hazmat.primitives.asymmetric.utils import (
        decode_dss_signature,
        encode_dss_signature,
    )
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
except ImportError as missing:
    raise ImportError(
        "public-key signatures need the package cryptography: install countersign-server[keys]"
    ) from missing

from .errors import InvalidInput
from .tokens import Sign
from .values import bytes_of

Verifies = Callable[[bytes, bytes], bool]


def signer(private_key: str | bytes) -> tuple[str, Sign]:
    """The algorithm of a private key in PEM, and how it signs."""
    text = private_key.encode() if isinstance(private_key, str) else private_key
    try:
        key = load_pem_private_key(text, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise InvalidInput("the private key cannot be read: give its PEM, unencrypted") from None
    if isinstance(key, Ed25519PrivateKey):
        return "EdDSA", key.sign
    if isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1):
        return "ES256", _es256(key)
    raise InvalidInput("the private key must be of Ed25519 or P-256")


def public_key(jwk: Mapping[str, object]) -> tuple[str, Verifies] | None:
    """The one algorithm of a public key as RFC 7517 writes it, and how it verifies.

    None for a key of another kind, a misspelt one, and RSA below 2048 bits.
    """
    try:
        match jwk.get("kty"), jwk.get("crv"):
            case "RSA", _:
                return _rs256(_bytes(jwk, "n"), _bytes(jwk, "e"))
            case "EC", "P-256":
                return _p256(_bytes(jwk, "x"), _bytes(jwk, "y"))
            case "OKP", "Ed25519":
                key = Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
                return "Ed25519", lambda message, signature: _fits(key.verify, signature, message)
    except ValueError:
        pass
    return None


def _bytes(jwk: Mapping[str, object], name: str) -> bytes:
    text = jwk.get(name)
    found = bytes_of(text) if isinstance(text, str) else None
    if not found:
        raise ValueError(name)
    return found


def _es256(key: EllipticCurvePrivateKey) -> Sign:
    def sign(message: bytes) -> bytes:
        numbers = decode_dss_signature(key.sign(message, ECDSA(SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in numbers)

    return sign


def _rs256(n: bytes, e: bytes) -> tuple[str, Verifies] | None:
    modulus, exponent = int.from_bytes(n, "big"), int.from_bytes(e, "big")
    if not 2048 <= modulus.bit_length() <= 8192 or not 2 <= exponent.bit_length() <= 31:
        return None
    key: RSAPublicKey = RSAPublicNumbers(exponent, modulus).public_key()
    return "RS256", lambda message, signature: _fits(
        key.verify, signature, message, PKCS1v15(), SHA256()
    )


def _p256(x: bytes, y: bytes) -> tuple[str, Verifies] | None:
    if len(x) != 32 or len(y) != 32:
        return None
    numbers = EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1()
    )
    key: EllipticCurvePublicKey = numbers.public_key()

    def verifies(message: bytes, signature: bytes) -> bool:
        if len(signature) != 64:
            return False
        halves = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
        return _fits(key.verify, encode_dss_signature(*halves), message, ECDSA(SHA256()))

    return "ES256", verifies


def _fits(verify: Callable[..., None], *arguments: object) -> bool:
    try:
        verify(*arguments)
    except InvalidSignature:
        return False
    return True
