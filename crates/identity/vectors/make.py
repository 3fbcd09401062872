#!/usr/bin/env python3
"""Writes profiles.json: what each vendor's back end would send, made without our own code.

Run by hand after a row of ../profiles.toml was added; needs the packages `cryptography` and
`PyNaCl`. A vector is one widget with one key that is shown `identity` at Unix time `now`; what
must come out is `proven` and `said`. Private keys are new on each run and kept nowhere.
"""

import base64
import hashlib
import hmac
import json
import pathlib

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt as seal

HERE = pathlib.Path(__file__).parent
NOW = 1_767_225_600
WIDGET = "cs_pk_live_widget"
HEX = "0123456789abcdef" * 4
TEXT = "a secret from the dashboard of a vendor"
BASE64 = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"
ID, EMAIL, NAME = "user_123", "ada@example.com", "Ada Lovelace"

RSA = rsa.generate_private_key(65_537, 2_048)
EC, ED = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()


def url64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mac(key, text, name="sha256"):
    return hmac.new(key, text.encode(), name).digest()


def jws(alg, key, claims, kid=None):
    header = {"alg": alg, "typ": "JWT"} | ({"kid": kid} if kid else {})
    text = ".".join(url64(json.dumps(part).encode()) for part in (header, claims))
    return f"{text}.{url64(signature(alg, key, text))}"


def signature(alg, key, text):
    if alg.startswith("HS"):
        return mac(key, text, "sha" + alg[2:])
    raw = text.encode()
    if alg == "ES256":
        r, s = utils.decode_dss_signature(key.sign(raw, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if alg == "Ed25519":
        return key.sign(raw)
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return key.sign(raw, padding.PKCS1v15() if alg == "RS256" else pss, hashes.SHA256())


def paseto(key, claims):
    """PASETO v2.local without a footer."""
    payload = json.dumps(claims).encode()
    nonce = hashlib.blake2b(payload, digest_size=24, key=b"n" * 24).digest()
    parts = [b"v2.local.", nonce, b""]
    aad = len(parts).to_bytes(8, "little") + b"".join(
        len(part).to_bytes(8, "little") + part for part in parts)
    return "v2.local." + url64(nonce + seal(payload, aad, nonce, key))


VECTORS = []


def vector(profile, mode, key, identity, proven, said=None, **more):
    VECTORS.append({"profile": profile, "mode": mode, **key, "audience": WIDGET, "now": NOW,
                    "identity": identity, "proven": proven, "said": said or {}, **more})


def shared(secret, kid="key-1", alg=None):
    return {"kid": kid, "secret": secret} | ({"algorithm": alg} if alg else {})


def public(key, alg, kid="key-1"):
    if alg == "PS256":
        n, e = (url64(number.to_bytes(size, "big")) for number, size in
                ((key.public_key().public_numbers().n, 256), (65_537, 3)))
        return {"kid": kid, "public_key": json.dumps({"kty": "RSA", "alg": alg, "n": n, "e": e})}
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return {"kid": kid, "public_key": pem.decode()}


def digest(profile, proof, page, text, proven, said=None, secret=TEXT, key=None,
           form=bytes.hex):
    proofs = {proof: form(mac(key or secret.encode(), text))}
    vector(profile, "hmac", shared(secret), page | proofs, proven, said)


def token(profile, proof, claims, proven, said=None, secret=TEXT, page=None, kid=None,
          alg="HS256", times=True):
    claims = claims | ({"iat": NOW, "exp": NOW + 600} if times else {})
    made = jws(alg, secret.encode(), claims, kid)
    key = shared(secret, kid or "key-1", alg if alg != "HS256" else None)
    vector(profile, "jwt", key, (page or {}) | {proof: made}, proven, said)


def own_token(profile, proof, alg, key, claims, proven, said=None, page=None, kid=None,
              times=True):
    claims = claims | ({"iat": NOW, "exp": NOW + 600} if times else {})
    made = jws(alg, key, claims, kid)
    vector(profile, "jwt", public(key, alg), (page or {}) | {proof: made}, proven, said)


def base64_text(raw):
    return base64.b64encode(raw).decode()


def native():
    claims = {"sub": ID, "email": EMAIL, "name": NAME, "aud": WIDGET,
              "company": {"id": "company_7", "name": "Netflix"}}
    proven = {"id": ID, "email": EMAIL, "name": NAME, "company_id": "company_7",
              "company_name": "Netflix"}
    token("countersign", "token", claims, proven, page={"name": "Somebody"})
    own_token("countersign", "token", "ES256", EC, claims, proven, kid="key-1")
    own_token("countersign", "token", "Ed25519", ED, {"sub": ID, "aud": [WIDGET]}, {"id": ID},
              page={"email": EMAIL}, said={"email": EMAIL})


def woes_and_pylon():
    claims = {"email": EMAIL, "name": NAME, "account_external_id": "company_7",
              "contact_external_id": ID, "aud": WIDGET}
    proven = {"id": ID, "email": EMAIL, "name": NAME, "company_id": "company_7"}
    token("woes-jwt", "jwt", claims, proven, secret=HEX)
    token("pylon-jwt", "jwt", claims, proven, secret=HEX,
          page={"email": EMAIL, "contact_external_id": ID})
    digest("woes-hmac", "email_hash", {"email": " Ada@Example.com ", "name": NAME}, EMAIL,
           {"email": EMAIL}, {"name": NAME}, secret=HEX, key=bytes.fromhex(HEX))
    for text in (EMAIL, "Ada@Example.com"):
        digest("pylon-hmac", "email_hash", {"email": "Ada@Example.com", "name": NAME}, text,
               {"email": EMAIL}, {"name": NAME}, secret=HEX, key=bytes.fromhex(HEX))


def fogbender():
    claims = {"userId": ID, "userEmail": EMAIL, "userName": NAME, "customerId": "company_7",
              "customerName": "Netflix"}
    proven = {"id": ID, "email": EMAIL, "name": NAME, "company_id": "company_7",
              "company_name": "Netflix"}
    page = {"widgetId": "w", "userId": ID, "userName": NAME}
    token("fogbender", "userJWT", claims, proven, secret=BASE64, page=page, times=False)
    digest("fogbender", "userHMAC", page, ID, {"id": ID}, {"name": NAME}, secret=BASE64)
    digest("fogbender", "userHMAC", page, ID, {"id": ID}, {"name": NAME}, secret=BASE64,
           form=lambda raw: raw.hex().upper())
    sealed = paseto(BASE64.encode(), claims)
    vector("fogbender-paseto", "jwt", shared(BASE64), page | {"userPaseto": sealed}, proven)


def digests_of_an_id():
    for profile, proof, field in [
        ("intercom-hmac", "user_hash", "user_id"),
        ("novu", "subscriberHash", "subscriberId"),
        ("gainsight-px", "userHash", "id"),
        ("featurebase", "userHash", "userId"),
        ("tawk-to", "hash", "userId"),
        ("courier", "userSignature", "userId"),
        ("talkjs", "signature", "id"),
        ("posthog", "identity_hash", "distinct_id"),
        ("chatbase-hmac", "user_hash", "user_id"),
        ("gist", "user_hash", "user_id"),
        ("userflow", "signature", "userId"),
    ]:
        said = {} if profile in ("novu", "courier") else {"email": EMAIL}
        digest(profile, proof, {field: ID} | said, ID, {"id": ID}, said)
    digest("chatwoot", "identifier_hash", {"identifier": ID, "phone_number": "+1555"}, ID,
           {"id": ID}, {"phone": "+1555"}, secret="kHpcHbqdsE8EMWWYbVuUGNUZ")
    digest("notificationapi", "userIdHash", {"userId": ID}, ID, {"id": ID}, form=base64_text)
    digest("notificationapi", "userIdHash", {"userId": ID}, ID, {"id": ID},
           form=lambda raw: base64_text(raw) + "\n")
    digest("magicbell", "userHmac", {"userExternalId": ID, "userEmail": EMAIL}, ID, {"id": ID},
           {"email": EMAIL}, form=base64_text)


def digests_of_an_email():
    for profile, proof, field in [
        ("intercom-hmac-email", "user_hash", "email"),
        ("front", "userHash", "email"),
        ("gainsight-px-email", "userHash", "email"),
        ("featurebase-email", "userHash", "email"),
        ("help-scout", "signature", "email"),
        ("crisp", "signature", "email"),
        ("plain", "emailHash", "email"),
    ]:
        digest(profile, proof, {field: "Ada@Example.com"}, "Ada@Example.com", {"email": EMAIL})
    digest("magicbell-email", "userHmac", {"userEmail": EMAIL}, EMAIL, {"email": EMAIL},
           form=base64_text)


def digests_of_several():
    digest("thena", "hash", {"email": EMAIL, "name": "Ada: Countess"}, f"{EMAIL}:Ada: Countess",
           {"email": EMAIL, "name": "Ada: Countess"})
    person = json.dumps({"id": ID, "user_info": {"name": NAME}})
    key, app = "0123456789abcdef0123", lambda raw: f"key-1:{raw.hex()}"
    digest("pusher-user", "auth", {"socket_id": "1234.1234", "user_data": person},
           f"1234.1234::user::{person}", {"id": ID, "name": NAME}, secret=key, form=app)
    person = json.dumps({"user_id": ID, "user_info": {"name": NAME}})
    channel = {"socket_id": "1234.1234", "channel": "presence-a", "channel_data": person}
    digest("pusher-presence", "auth", channel, f"1234.1234:presence-a:{person}",
           {"id": ID, "name": NAME}, secret=key, form=app)
    person = base64_text(json.dumps({"id": ID, "email": EMAIL, "username": NAME}).encode())
    page = {"timestamp": f"{NOW - 60}000", "userDataJSONBase64": person}
    digest("fastcomments", "verificationHash", page, page["timestamp"] + person,
           {"id": ID, "email": EMAIL, "name": NAME})


def shared_tokens():
    person = {"email": EMAIL, "name": NAME}
    who = {"id": ID, "email": EMAIL, "name": NAME}
    token("intercom-jwt", "intercom_user_jwt", {"user_id": ID, **person}, who, times=False)
    token("freshchat", "jwtAuthToken",
          {"reference_id": ID, "email": EMAIL, "first_name": NAME, "phone_number": "+1555"},
          who | {"phone": "+1555"})
    token("ably", "token", {"x-ably-clientId": ID, "x-ably-capability": "{}"}, {"id": ID},
          kid="app.key")
    project = {"sub": "userexternal", "aud": f"https://tiledesk.com/projects/{WIDGET}"}
    for alg in ("HS256", "HS384", "HS512"):
        token("tiledesk", "customToken", {"_id": ID, "email": EMAIL, "firstname": NAME} | project,
              who, secret=TEXT * 2, alg=alg)
    token("botpress", "userKey", {"id": ID}, {"id": ID}, times=False)
    token("wonderchat", "identityToken", {"user_id": ID, "plan": "pro", **person}, who,
          secret=HEX)
    token("clad", "token", {"sub": ID, "widget_id": WIDGET, "workspace_id": "w",
                            "aud": "clad_support_chat", **person}, who)
    token("bestchatbot", "token", {"user_id": ID, **person}, who)
    token("widgent", "token", {"sub": ID, "name": NAME}, {"id": ID, "name": NAME})
    token("usertour", "token", {"sub": ID, "companyId": "company_7"},
          {"id": ID, "company_id": "company_7"}, page={"userId": ID, "email": EMAIL},
          said={"email": EMAIL})
    token("stream", "token", {"user_id": ID}, {"id": ID}, times=False)
    token("pusher-beams", "token",
          {"sub": ID, "iss": f"https://{WIDGET}.pushnotifications.pusher.com"}, {"id": ID})
    token("zendesk", "jwt", {"external_id": ID, "scope": "user", "email_verified": True, **person},
          who, kid="app_1")
    token("zendesk", "jwt", {"external_id": ID, "scope": "user", "email_verified": False, **person},
          {"id": ID, "name": NAME}, kid="app_1")
    token("kustomer", "jwtToken", {"externalId": ID, "email": EMAIL, "iat": NOW - 30},
          {"email": EMAIL}, times=False)
    token("kustomer", "jwtToken", {"externalId": ID, "iat": NOW - 30}, {"id": ID}, times=False)
    token("chatbase-jwt", "token", {"user_id": ID, **person}, who)


def own_tokens():
    person = {"sub": ID, "email": EMAIL, "email_verified": True, "name": NAME}
    who = {"id": ID, "email": EMAIL, "name": NAME}
    own_token("freshchat", "jwtAuthToken", "RS256", RSA, {"reference_id": ID}, {"id": ID})
    own_token("knock", "userToken", "RS256", RSA, {"sub": ID}, {"id": ID})
    own_token("onesignal", "jwt", "ES256", EC, {"iss": WIDGET, "identity": {"external_id": ID}},
              {"id": ID})
    own_token("braze", "sdkAuthenticationSignature", "RS256", RSA, {"sub": ID}, {"id": ID})
    own_token("engagespot", "userToken", "RS256", RSA,
              {"sub": f"user:{ID}", "apiKey": WIDGET, "iat": NOW}, {"id": ID}, times=False)
    audience = {"aud": ["https://api.getuserfeedback.com"], "iss": "https://idp.example"}
    for alg, key in [("RS256", RSA), ("PS256", RSA), ("ES256", EC), ("Ed25519", ED)]:
        own_token("getuserfeedback", "token", alg, key, person | audience, who)


for part in (native, woes_and_pylon, fogbender, digests_of_an_id, digests_of_an_email,
             digests_of_several, shared_tokens, own_tokens):
    part()
lines = ",\n".join(json.dumps(entry) for entry in VECTORS)
(HERE / "profiles.json").write_text(f"[\n{lines}\n]\n")
