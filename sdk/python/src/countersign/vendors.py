"""The forms of other vendors, for a back end that moves over."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from .tokens import compact, hs256, times
from .values import check_widget, hex_secret, optional, refuse_token, value, vendor_secret


def woes_email_hash(secret: str, email: str) -> str:
    """`email_hash` of the profile `woes-hmac`.

    The secret is decoded from its 64 hexadecimal digits, the email trimmed and lower-cased, the
    digest written in hexadecimal.
    """
    key = hex_secret(secret)
    return _digest(key, value("email", email, "email")).hex()


def notificationapi_hash(secret: str, user_id: str) -> str:
    """`userIdHash` of the profile `notificationapi`.

    The key is the secret's text, the digest is written in standard base64.
    """
    key = vendor_secret(secret, "cs_idh_")
    return base64.b64encode(_digest(key, _hashable(user_id))).decode()


def fogbender_hmac(secret: str, user_id: str) -> str:
    """`userHMAC` of the profile `fogbender`.

    The key is the secret's text, the digest is written in hexadecimal.
    """
    return _digest(vendor_secret(secret), _hashable(user_id)).hex()


def woes_jwt(
    secret: str,
    widget: str,
    email: str,
    *,
    id: str | None = None,
    name: str | None = None,
    account_id: str | None = None,
) -> str:
    """`jwt` of the profile `woes-jwt`, good for 10 minutes."""
    claims = {
        "email": value("email", email, "email"),
        "contact_external_id": optional("id", id, "id"),
        "name": optional("name", name, "name"),
        "account_external_id": optional("account_id", account_id, "id"),
        "aud": check_widget(widget),
    }
    return _vendor_jwt(secret, claims)


def fogbender_jwt(
    secret: str,
    id: str,
    *,
    email: str | None = None,
    name: str | None = None,
    avatar_url: str | None = None,
    customer_id: str | None = None,
    customer_name: str | None = None,
) -> str:
    """`userJWT` of the profile `fogbender`, good for 10 minutes."""
    claims = {
        "userId": value("id", id, "id"),
        "userEmail": optional("email", email, "email"),
        "userName": optional("name", name, "name"),
        "userAvatarUrl": optional("avatar_url", avatar_url, "url"),
        "customerId": optional("customer_id", customer_id, "id"),
        "customerName": optional("customer_name", customer_name, "name"),
    }
    return _vendor_jwt(secret, claims)


def _hashable(user_id: str) -> str:
    return refuse_token("user id", value("user id", user_id, "id"))


def _digest(key: bytes, message: str) -> bytes:
    return hmac.digest(key, message.encode(), hashlib.sha256)


def _vendor_jwt(secret: str, claims: Mapping[str, object]) -> str:
    key = vendor_secret(secret)
    return compact({"alg": "HS256", "typ": "JWT"}, {**claims, **times()}, hs256(key))
