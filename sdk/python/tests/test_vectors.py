"""What every library of sdk/ must agree with."""

import base64
import functools
import hashlib
import hmac
import json
import unittest
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

import countersign

VECTORS = json.loads((Path(__file__).parents[2] / "vectors.json").read_text())
ACCESS = VECTORS["access"]


def call(vector):
    """Does what a vector says."""
    given = dict(vector.get("arguments", {}))
    widget = vector.get("widget", VECTORS["widget"])
    match vector["call"]:
        case "token":
            key = {"secret": vector.get("secret")}
            if "private_key" in vector:
                key = {
                    "private_key": VECTORS["keys"][vector["private_key"]]["private"],
                    "kid": vector["kid"],
                }
            if "company" in given:
                given["company"] = countersign.Company(**given["company"])
            return countersign.Signer(widget, **key).token(**given)
        case "woes_jwt":
            return countersign.woes_jwt(vector["secret"], widget, **given)
        case "fogbender_jwt":
            return countersign.fogbender_jwt(vector["secret"], **given)
        case name:
            return getattr(countersign, name)(vector["secret"], vector["text"])


def fits(vector, message, signature):
    if "secret" in vector:
        return hmac.digest(vector["secret"].encode(), message, hashlib.sha256) == signature
    key = load_pem_public_key(VECTORS["keys"][vector["private_key"]]["public"].encode())
    if vector["header"]["alg"] == "EdDSA":
        key.verify(signature, message)
    else:
        halves = [int.from_bytes(half, "big") for half in (signature[:32], signature[32:])]
        key.verify(encode_dss_signature(*halves), message, ECDSA(SHA256()))
    return True


def decoded(segment):
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


class Vectors(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.enterContext(mock.patch("time.time", return_value=VECTORS["now"] + 0.5))

    def digest(self, vector):
        self.assertEqual(call(vector), vector["answer"])

    def token(self, vector):
        token = call(vector)
        header, claims, signature = token.split(".")
        self.assertEqual(json.loads(decoded(header)), vector["header"])
        self.assertEqual(json.loads(decoded(claims)), vector["claims"])
        self.assertTrue(fits(vector, f"{header}.{claims}".encode(), decoded(signature)))

    def unsigned(self, vector):
        with self.assertRaises(countersign.InvalidInput) as fault:
            call(vector)
        self.assertIn(vector["error"], str(fault.exception))
        if vector.get("secret"):
            self.assertNotIn(vector["secret"], str(fault.exception))

    def accepted(self, vector):
        found = verifier().verify(vector["token"])
        times = {"issued": found.issued.timestamp(), "expires": found.expires.timestamp()}
        self.assertEqual({**vars(found), **times}, vector["claims"])

    def refused(self, vector):
        with self.assertRaises(countersign.Refused) as fault:
            verifier().verify(vector["token"])
        self.assertEqual(fault.exception.code, vector["code"])


@functools.cache
def verifier():
    """A verifier that has fetched the keys of the vectors."""
    made = countersign.Verifier(ACCESS["server"])
    with mock.patch("countersign.keys._download", return_value=json.dumps(ACCESS["jwks"]).encode()):
        made.verify(ACCESS["accepted"][0]["token"])
    return made


def each(kind, vectors):
    for at, vector in enumerate(vectors):
        name = f"test_{kind}_{at}_{vector.get('call', vector.get('code', ''))}_{vector['name']}"
        setattr(Vectors, name, lambda self, vector=vector: getattr(self, kind)(vector))


each("digest", VECTORS["digests"])
each("token", VECTORS["tokens"])
each("unsigned", VECTORS["unsigned"])
each("accepted", ACCESS["accepted"])
each("refused", ACCESS["refused"])
