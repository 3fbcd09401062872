"""A real mail server (aiosmtpd) for the tests: writes each letter that it takes as one line of JSON."""

import json
import ssl
import sys
import time
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Office:
    async def handle_DATA(self, server, session, envelope):
        letter = message_from_bytes(envelope.content, policy=policy.default)
        parts = [part for part in letter.walk() if not part.is_multipart()]
        taken = {
            "to": envelope.rcpt_tos,
            "from": envelope.mail_from,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "login": session.auth_data,
            "headers": {name.lower(): str(value) for name, value in letter.items()},
            "defects": [str(defect) for part in [letter, *parts] for defect in part.defects],
            "parts": {part.get_content_type(): part.get_content() for part in parts},
        }
        print(json.dumps(taken), flush=True)
        return "250 taken"


def let_in(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b"countersign", b"p@ss:word")
    return AuthResult(success=good, auth_data=data.login.decode())


port, *certificate = sys.argv[1:]
options = {}
if certificate:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    options = {"ssl_context": context, "authenticator": let_in, "auth_required": True, "auth_require_tls": False}
Controller(Office(), hostname="127.0.0.1", port=int(port), **options).start()
while True:
    time.sleep(1)
