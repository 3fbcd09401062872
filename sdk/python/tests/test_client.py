"""The client at a server whose answers a test can say."""

import json
import threading
import unittest
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

from countersign import Client, Delivery, InvalidInput, Rejected, Sent, Unreachable

KEY = "cs_sk_live_secret"
MOMENT = datetime(2026, 11, 21, 10, tzinfo=timezone.utc)
WIRE = {
    "id": "ntf_1", "contact": "con_1", "type": "comment", "sub": None, "state": "sent",
    "due_at": "2026-11-21T10:00:00.000Z", "created_at": "2026-11-21T10:00:00.000Z",
    "deliveries": [
        {
            "channel": "inapp", "state": "delivered", "reason": None, "provenance": None,
            "at": "2026-11-21T10:00:00.000Z",
        }
    ],
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        length = int(self.headers.get("content-length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.calls.append((self.command, self.path, self.headers, body))
        answers = self.server.answers
        status, answer, headers = answers.pop(0) if len(answers) > 1 else answers[0]
        if status == 0:
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    do_POST = do_GET

    def log_message(self, *_):
        pass


class ClientTest(unittest.TestCase):
    def setUp(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.server.calls, self.server.answers = [], [(201, WIRE, {})]
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.client = Client(self.url, KEY)
        self.sleep = self.enterContext(mock.patch("time.sleep"))

    def test_a_notification_is_sent_as_the_contract_says(self):
        at = datetime(2026, 12, 1, 1, tzinfo=timezone(timedelta(hours=1)))
        to = {"id": "u1", "email": "ada@example.com"}
        given = {"parameters": {"who": "Bob"}, "channels": ["inapp"]}
        sent = self.client.send("comment", to, **given, at=at, idempotency_key="comment-1")
        method, path, headers, body = self.server.calls[0]
        self.assertEqual((method, path), ("POST", "/api/v1/notifications"))
        self.assertEqual(headers["authorization"], f"Bearer {KEY}")
        self.assertEqual(headers["idempotency-key"], "comment-1")
        self.assertEqual(
            body, {"type": "comment", "to": to, **given, "at": "2026-12-01T00:00:00.000Z"}
        )
        delivery = Delivery("inapp", "delivered", None, None, MOMENT)
        self.assertEqual(
            sent, Sent("ntf_1", "con_1", "comment", None, "sent", MOMENT, MOMENT, (delivery,), ())
        )
        self.assertEqual(self.client.notification("ntf_1/../x"), sent)
        self.assertEqual(self.server.calls[1][:2], ("GET", "/api/v1/notifications/ntf_1%2F..%2Fx"))

    def test_what_may_pass_is_tried_again_under_the_same_key(self):
        in_progress = {"code": "idempotency_in_progress"}
        self.server.answers = [
            (0, b"", {}),
            (503, b"", {"retry-after": "3"}),
            (409, in_progress, {}),
            (201, WIRE, {}),
        ]
        self.assertEqual(self.client.send("comment", {"contact": "con_1"}).id, "ntf_1")
        keys = [headers["idempotency-key"] for _, _, headers, _ in self.server.calls]
        self.assertEqual((len(keys), len(set(keys))), (4, 1))
        pauses = [call.args[0] for call in self.sleep.call_args_list]
        self.assertEqual((len(pauses), pauses[1]), (3, 3.0))

    def test_in_the_end_it_says_why(self):
        limited = {"code": "too_many_requests", "detail": "later", "request_id": "req_1"}
        self.server.answers = [(429, limited, {"retry-after": "900"})]
        with self.assertRaises(Rejected) as fault:
            self.client.notification("ntf_1")
        found = fault.exception
        self.assertEqual(
            (found.status, found.code, found.request_id), (429, "too_many_requests", "req_1")
        )
        self.assertEqual([call.args[0] for call in self.sleep.call_args_list], [10.0] * 3)
        self.server.answers = [(502, b"<html>", {})]
        with self.assertRaisesRegex(Rejected, "unknown: the server answered 502"):
            self.client.notification("ntf_1")
        for answer in [(0, b"", {}), (200, b"<html>", {})]:
            self.server.answers = [answer]
            with self.assertRaisesRegex(Unreachable, self.url) as fault:
                self.client.notification("ntf_1")
            self.assertIsNotNone(fault.exception.__cause__)

    def test_what_does_not_pass_is_said_at_once(self):
        problem = {
            "code": "unknown_notification_type",
            "detail": "there is no notification type `x`",
        }
        for answer in [(422, problem, {}), (307, b"", {"location": f"{self.url}/elsewhere"})]:
            self.server.answers, self.server.calls = [answer], []
            with self.assertRaises(Rejected):
                self.client.send("x", {"id": "u1"})
            self.assertEqual(len(self.server.calls), 1)

    def test_the_client_shows_nothing_of_its_key_and_takes_no_other(self):
        self.assertEqual(repr(self.client), f"<Client {self.url}>")
        self.assertFalse(hasattr(self.client, "__dict__"))
        for key in [
            "",
            None,
            "cs_idj_x",
            f"{KEY}\n",
            f" {KEY}",
            f'"{KEY}"',
            "cs_sk_x",
            KEY.encode(),
        ]:
            with self.subTest(key), self.assertRaises(InvalidInput) as fault:
                Client(self.url, key)
            self.assertNotIn(KEY, str(fault.exception))
        for key in ["", "a b", "é", "x" * 256]:
            with self.subTest(key), self.assertRaises(InvalidInput):
                self.client.send("x", {"id": "u1"}, idempotency_key=key)
        with self.assertRaisesRegex(InvalidInput, "time zone"):
            self.client.send("x", {"id": "u1"}, at=datetime(2026, 12, 1))
        self.assertEqual(self.server.calls, [])
