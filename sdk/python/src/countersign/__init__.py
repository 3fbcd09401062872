"""Signs who your users are for a widget, verifies access tokens, sends notifications."""

from .client import Client, Delivery, Sent
from .errors import InvalidInput, KeysUnavailable, Refused, Rejected, Unreachable
from .signer import LONGEST_LIFETIME, Company, Signer
from .vendors import fogbender_hmac, fogbender_jwt, notificationapi_hash, woes_email_hash, woes_jwt
from .verifier import Claims, Verifier

__all__ = [
    "LONGEST_LIFETIME",
    "Claims",
    "Client",
    "Company",
    "Delivery",
    "InvalidInput",
    "KeysUnavailable",
    "Refused",
    "Rejected",
    "Sent",
    "Signer",
    "Unreachable",
    "Verifier",
    "fogbender_hmac",
    "fogbender_jwt",
    "notificationapi_hash",
    "woes_email_hash",
    "woes_jwt",
]
