"""Signs who your users are for a Countersign widget, and verifies access tokens of a server."""

from .errors import InvalidInput, KeysUnavailable, Refused
from .signer import LONGEST_LIFETIME, Company, Signer
from .vendors import fogbender_hmac, fogbender_jwt, notificationapi_hash, woes_email_hash, woes_jwt
from .verifier import Claims, Verifier

__all__ = [
    "LONGEST_LIFETIME",
    "Claims",
    "Company",
    "InvalidInput",
    "KeysUnavailable",
    "Refused",
    "Signer",
    "Verifier",
    "fogbender_hmac",
    "fogbender_jwt",
    "notificationapi_hash",
    "woes_email_hash",
    "woes_jwt",
]
