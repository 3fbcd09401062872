"""The verifier at a server whose keys, clock and answers a test can change."""

import base64
import json
import threading
import unittest
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from countersign import InvalidInput, KeysUnavailable, Refused, Signer, Verifier

KEYS = {"one": Ed25519PrivateKey.generate(), "two": Ed25519PrivateKey.generate()}
SECRET = "cs_idj_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwej2CTL"


def text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(kid):
    x = KEYS[kid].public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": text(x), "kid": kid, "alg": "Ed25519"}


def jwks(*kids):
    return json.dumps({"keys": [jwk(kid) for kid in kids]})


class Server(ThreadingHTTPServer):
    """Answers what the test says, and counts."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.answer, self.fetches = (200, jwks("one"), {}), 0
        self.url = f"http://127.0.0.1:{self.server_port}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.fetches += 1
        status, body, headers = self.server.answer
        self.send_response(status if self.path == "/.well-known/jwks.json" else 404)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


class VerifierTest(unittest.TestCase):
    def setUp(self):
        self.server = Server()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        self.now = 1_800_000_000
        self.enterContext(mock.patch("time.time", side_effect=lambda: self.now))
        self.verifier = Verifier(self.server.url)

    def token(self, kid, **change):
        url = self.server.url
        claims = {
            "iss": url,
            "aud": f"{url}/widget/v1",
            "sub": "con_1",
            "sid": "ses_1",
            "ws": "env_1",
            "jti": "1",
        }
        claims = {**claims, "iat": self.now, "exp": self.now + 600, **change}
        header = {"alg": "Ed25519", "kid": kid, "typ": "at+jwt"}
        signed = ".".join(text(json.dumps(part).encode()) for part in (header, claims))
        return f"{signed}.{text(KEYS[kid].sign(signed.encode()))}"

    def verdict(self, kid):
        """What `verify` comes to, and the number of fetches so far."""
        try:
            self.verifier.verify(self.token(kid))
            said = "accepted"
        except Refused as refused:
            said = refused.code
        except KeysUnavailable:
            said = "unavailable"
        return said, self.server.fetches

    def test_keys_are_fetched_again_when_they_are_old_or_a_name_is_unknown(self):
        self.assertEqual(self.verdict("one"), ("accepted", 1))
        self.server.answer = (200, jwks("one", "two"), {})
        self.assertEqual(
            self.verdict("two"), ("unknown_key", 1), "a flood of unknown names costs nothing"
        )
        self.now += 10
        self.assertEqual(self.verdict("two"), ("accepted", 2))
        self.server.answer = (200, jwks("two"), {})
        self.assertEqual(self.verdict("one"), ("accepted", 2))
        self.now += 300
        self.assertEqual(self.verdict("one"), ("unknown_key", 3), "a withdrawn key is forgotten")

    def test_an_outage_is_survived_for_an_hour(self):
        self.assertEqual(self.verdict("one"), ("accepted", 1))
        self.server.answer = (503, "", {})
        self.now += 300
        self.assertEqual(self.verdict("one"), ("accepted", 2))
        self.assertEqual(
            self.verdict("two"), ("unavailable", 2), "what may be a new key is not refused"
        )
        self.now += 3300
        self.assertEqual(self.verdict("one"), ("unavailable", 3))
        self.server.answer = (200, jwks("one"), {})
        self.assertEqual(
            self.verdict("one"),
            ("unavailable", 3),
            "a server that is down is not asked for each token",
        )
        self.now += 10
        self.assertEqual(self.verdict("one"), ("accepted", 4))

    def test_threads_that_wait_share_one_fetch(self):
        token = self.token("one")
        with ThreadPoolExecutor(20) as pool:
            found = list(pool.map(self.verifier.verify, [token] * 50))
        self.assertEqual({claims.contact for claims in found}, {"con_1"})
        self.assertEqual(self.server.fetches, 1)

    def test_what_is_no_set_of_keys_is_not_believed(self):
        short = generate_private_key(65537, 1024).public_key().public_numbers()
        rsa = {"kty": "RSA", "alg": "RS256", "n": text(short.n.to_bytes(128, "big")), "e": "AQAB"}
        changes = [
            {"kid": ""},
            {"kid": 1},
            {"use": "enc"},
            {"alg": "ES256"},
            {"x": "+" + jwk("one")["x"][1:]},
            {"x": "AAAA"},
            {"x": 1},
            {"crv": "P-256"},
            {"kty": "oct", "k": "AAAA"},
            rsa,
        ]
        answers = [
            (404, "", {}),
            (302, "", {"location": f"{self.server.url}/elsewhere"}),
            (200, "<html>", {}),
            (200, "null", {}),
            (200, "[]", {}),
            (200, '{"keys":{}}', {}),
            (200, '{"keys":[]}', {}),
            (200, '{"keys":[null,1,[]]}', {}),
            (200, jwks("one", "one"), {}),
            (200, jwks("one") + " " * 65_536, {}),
            (200, "[" * 60_000, {}),
            (204, "", {}),
            *((200, json.dumps({"keys": [{**jwk("one"), **change}]}), {}) for change in changes),
        ]
        for answer in answers:
            self.server.answer = answer
            with self.subTest(answer=answer[:2]), self.assertRaises(KeysUnavailable) as fault:
                Verifier(self.server.url).verify(self.token("one"))
            self.assertIn(self.server.url, str(fault.exception))
            self.assertIsNotNone(fault.exception.__cause__)

    def test_a_closed_port_is_no_refusal(self):
        with self.assertRaises(KeysUnavailable):
            verifier = Verifier("http://127.0.0.1:1")
            verifier.verify(self.token("one"))

    def test_odd_claims_are_refused(self):
        self.assertEqual(self.verifier.verify(self.token("one")).jkt, None)
        for change in [
            {"exp": True},
            {"exp": 10**400},
            {"exp": 1e300},
            {"iat": -1},
            {"cnf": None},
            {"sub": None},
        ]:
            with self.subTest(change=change), self.assertRaises(Refused) as fault:
                self.verifier.verify(self.token("one", **change))
            self.assertEqual(fault.exception.code, "claims")

    def test_what_is_no_text_is_refused(self):
        for odd in [
            None,
            1,
            {},
            [self.token("one")],
            self.token("one").encode(),
            "\ud800.\ud800.\ud800",
        ]:
            with self.assertRaises(Refused) as fault:
                self.verifier.verify(odd)
            self.assertEqual(fault.exception.code, "malformed")
        self.assertEqual(self.server.fetches, 0)

    def test_a_server_is_named_by_its_origin(self):
        for bad in [
            "",
            "cs.example.com",
            "http://cs.example.com",
            "https://",
            "https://a@cs.example.com",
            "https://cs.example.com/x",
            "https://cs.example.com?",
            "https://cs.example.com/#",
            "ftp://cs.example.com",
            "http://127.0.0.1.evil.example",
            "https://a b",
            "https://[",
            "https://cs.example.com:x",
            "https:\\\\cs.example.com",
            "\thttps://cs.example.com",
            None,
            7,
            b"https://x",
        ]:
            with self.subTest(bad), self.assertRaises(InvalidInput):
                Verifier(bad)
        good = {
            "https://CS.example.com/": "https://cs.example.com",
            "https://cs.example.com:443": "https://cs.example.com",
            "http://127.0.0.1:8080": "http://127.0.0.1:8080",
            "http://localhost": "http://localhost",
            "http://[::1]:8080": "http://[::1]:8080",
        }
        for server, issuer in good.items():
            self.assertEqual(repr(Verifier(server)), f"<Verifier {issuer}>")


class SignerTest(unittest.TestCase):
    widget = "cs_pk_live_x"

    def test_a_signer_shows_nothing_of_its_key(self):
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.assertEqual(repr(Signer(self.widget, SECRET)), "<Signer HS256 cs_pk_live_x>")
        self.assertEqual(repr(Signer(self.widget, private_key=pem)), "<Signer EdDSA cs_pk_live_x>")
        self.assertFalse(hasattr(Signer(self.widget, SECRET), "__dict__"))

    def test_a_signer_is_made_of_one_key(self):
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        bad = [
            {},
            {"secret": SECRET, "private_key": pem},
            {"secret": SECRET, "kid": "x"},
            {"private_key": pem, "kid": ""},
            {"private_key": public},
            {"private_key": "x"},
            {"private_key": ""},
            {"secret": 7},
            {"secret": SECRET.encode()},
        ]
        for options in bad:
            with self.subTest(options), self.assertRaises(InvalidInput):
                Signer(self.widget, **options)

    def test_odd_values_are_not_signed(self):
        signer = Signer(self.widget, SECRET)
        for lifetime in [0, True, 600.0, float("nan"), "600", None]:
            with self.subTest(lifetime), self.assertRaisesRegex(InvalidInput, "lifetime"):
                signer.token("u1", lifetime=lifetime)
        for company in ["Netflix", {"id": "c1"}]:
            with self.subTest(company), self.assertRaisesRegex(InvalidInput, "must be a Company"):
                signer.token("u1", company=company)
        for id in [None, 1, {}, ["u1"], b"u1", "\ud800"]:
            with self.subTest(id), self.assertRaises(InvalidInput):
                signer.token(id)
