"""What a value may look like: the server's own rules, so that what is signed is accepted."""

from __future__ import annotations

import base64
import re
import zlib
from typing import Literal

from .errors import InvalidInput

Kind = Literal["id", "name", "email", "url"]

# Characters that a value has at most.
LONGEST: dict[Kind, int] = {"id": 128, "name": 200, "email": 254, "url": 2000}


def value(field: str, text: object, kind: Kind) -> str:
    """The value in the form that is signed: an email trimmed and lower-cased.

    In ASCII only, because full lower-casing makes two addresses one.
    """
    if not isinstance(text, str):
        raise InvalidInput(f"the {field} must be a str")
    if kind == "email":
        text = text.strip(SPACES).translate(_LOWER)
    if not text.strip(SPACES):
        raise InvalidInput(f"the {field} is blank")
    if _SURROGATE.search(text):
        raise InvalidInput(f"the {field} is not Unicode")
    if len(text) > LONGEST[kind]:
        raise InvalidInput(f"the {field} is longer than {LONGEST[kind]} characters")
    seen = _ALLOWED_IN_NAMES.sub("", text) if kind == "name" else text
    if _UNSEEN.search(seen):
        raise InvalidInput(f"the {field} contains a control or an invisible character")
    if kind == "email":
        _check_email(field, text)
    return text


def optional(field: str, text: object, kind: Kind) -> str | None:
    """As `value`, where nothing may be given: None and an empty text."""
    return None if text is None or text == "" else value(field, text, kind)


def refuse_token(field: str, text: str) -> str:
    """Refuses a text with the shape of a token's signed part.

    Hashing such an id with a secret that also signs tokens would sign a token that the user wrote.
    """
    if text.startswith("eyJ") and "." in text:
        raise InvalidInput(f"the {field} has the shape of a token and is not signed")
    return text


def check_widget(widget: object) -> str:
    """The widget's public key, if it is one."""
    if isinstance(widget, str) and widget.startswith(("cs_pk_live_", "cs_pk_test_")):
        return value("widget", widget, "id")
    raise InvalidInput("the widget must be named by its public key, cs_pk_live_… or cs_pk_test_…")


def own_secret(prefix: str, secret: object) -> bytes:
    """A secret of ours, whole: its last four bytes are a checksum of the others."""
    if isinstance(secret, str) and secret.startswith(prefix):
        found = bytes_of(secret[len(prefix) :])
        if (
            found
            and len(found) == 36
            and zlib.crc32(found[:32]) == int.from_bytes(found[32:], "big")
        ):
            return secret.encode()
    raise InvalidInput(
        f"the secret must be the whole text {prefix}… as it was shown, without quotes, spaces or a newline"
    )


def vendor_secret(secret: object, prefix: str | None = None) -> bytes:
    """Our own secret with `prefix`, or the vendor's: 32 to 512 bytes in one line."""
    if isinstance(secret, str) and secret.startswith("cs_"):
        if prefix and secret.startswith(prefix):
            return own_secret(prefix, secret)
        raise InvalidInput("this secret begins with cs_ and is made for another use")
    if isinstance(secret, str) and not _NOT_IN_SECRETS.search(secret):
        found = secret.encode()
        if 32 <= len(found) <= 512:
            return found
    raise InvalidInput(
        "the secret must be 32 to 512 bytes in one line, as it was shown, without quotes, spaces or a newline"
    )


def hex_secret(secret: object) -> bytes:
    """The 32 bytes of a secret that is decoded."""
    if isinstance(secret, str) and re.fullmatch(r"[0-9a-fA-F]{64}", secret):
        return bytes.fromhex(secret)
    raise InvalidInput("the secret must be 64 hexadecimal digits")


def thumbprint(jkt: object) -> str:
    """A SHA-256 thumbprint of a key, as RFC 7638 writes it."""
    if isinstance(jkt, str):
        found = bytes_of(jkt)
        if found and len(found) == 32:
            return jkt
    raise InvalidInput("jkt must be a SHA-256 thumbprint: 43 characters of base64url")


def bytes_of(text: str) -> bytes | None:
    """Reads base64url in its one spelling: no padding, no spare bits, no other alphabet."""
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text) or len(text) % 4 == 1:
        return None
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    return found if text_of(found) == text else None


def text_of(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _check_email(field: str, email: str) -> None:
    local, _, domain = email.partition("@")
    if not local or not domain or "@" in domain or any(space in email for space in SPACES):
        raise InvalidInput(f"the {field} is not an email address")
    if not domain.isascii():
        raise InvalidInput(f"the domain of the {field} is not in ASCII; write it in its xn-- form")


# White_Space of Unicode; `str.strip()` alone takes other characters.
SPACES = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)

_LOWER = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}

# Controls, marks of direction, fillers and everything else that shows nothing.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

# What a name may have of these: emoji, Persian and Indic scripts need it.
_ALLOWED_IN_NAMES = re.compile(
    "(?<=[^\x00-\x7f\u200c\u200d])[\u200c\u200d](?=[^\x00-\x7f\u200c\u200d])|[\ufe00-\ufe0f]"
)

_SURROGATE = re.compile("[\ud800-\udfff]")

_NOT_IN_SECRETS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]|^[ \"']|[ \"']$")
