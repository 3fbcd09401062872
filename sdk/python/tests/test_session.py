"""Tokens of this library at a real server, which `node sdk/beside-server.mjs` starts."""

import json
import os
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from countersign import Client, Company, Rejected, Signer, Verifier


def given(name):
    return os.environ[f"COUNTERSIGN_{name}"]


def post(path, body, method="POST", **headers):
    headers = {"content-type": "application/json", **headers}
    request = urllib.request.Request(
        given("SERVER") + path, json.dumps(body).encode(), headers, method=method
    )
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
        return json.load(answer)


class Session(unittest.TestCase):
    def opens_a_session(self, signer):
        """Shows a token to the server, and verifies what the server answers."""
        token = signer.token("u1", email=" Ada@Example.com", company=Company("c1", "Acme"))
        session = post(
            "/widget/v1/sessions", {"widget": given("WIDGET_KEY"), "identity": {"token": token}}
        )
        self.assertEqual(
            (session["trust"], session["contact"]["email"]), ("jwt", "ada@example.com")
        )
        claims = Verifier(given("SERVER")).verify(session["access_token"])
        self.assertEqual(
            (claims.contact, claims.session), (session["contact"]["id"], session["session"]["id"])
        )

    def test_a_shared_secret_opens_a_session(self):
        self.opens_a_session(Signer(given("WIDGET_KEY"), given("IDENTITY_SECRET")))

    def test_private_keys_open_sessions(self):
        keys = {
            "ed25519": Ed25519PrivateKey.generate(),
            "p256": ec.generate_private_key(ec.SECP256R1()),
        }
        for name, key in keys.items():
            kid = f"python-{name}"
            public = (
                key.public_key()
                .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
                .decode()
            )
            path = f"/api/v1/widgets/{given('WIDGET_ID')}/identity_secrets"
            post(
                path,
                {"mode": "jwt", "kid": kid, "public_key": public},
                authorization=f"Bearer {given('SECRET_KEY')}",
            )
            pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self.opens_a_session(Signer(given("WIDGET_KEY"), private_key=pem, kid=kid))

    def test_a_notification_is_sent_once_and_found_again(self):
        texts = {"inapp": {"title": "{{who}} wrote"}}
        post(
            "/api/v1/notification_types/python_comment",
            {"title": "A comment", "channels": ["inapp"], "templates": texts},
            method="PUT",
            authorization=f"Bearer {given('SECRET_KEY')}",
        )
        client = Client(given("SERVER"), given("SECRET_KEY"))
        order = {"type": "python_comment", "to": {"id": "u1"}, "parameters": {"who": "Bob"}}
        sent = client.send(**order, idempotency_key="python-1")
        deliveries = [(delivery.channel, delivery.state) for delivery in sent.deliveries]
        self.assertEqual((sent.state, deliveries), ("sent", [("inapp", "delivered")]))
        self.assertEqual(client.send(**order, idempotency_key="python-1").id, sent.id)
        self.assertEqual(client.notification(sent.id).deliveries, sent.deliveries)
        at = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(hours=1)
        later = client.send(**order, at=at)
        self.assertEqual((later.state, later.due_at), ("scheduled", at))
        with self.assertRaises(Rejected) as fault:
            client.send("nobody_made", {"id": "u1"})
        self.assertEqual(fault.exception.code, "unknown_notification_type")
