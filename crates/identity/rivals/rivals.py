"""How many HS256 tokens a second PyJWT verifies: prints `name<TAB>rate`."""

import os
import time

import jwt

token, secret, audience = (os.environ[name] for name in ("TOKEN", "SECRET", "AUDIENCE"))


def verify():
    jwt.decode(token, secret, algorithms=["HS256"], audience=audience)


def rate(many):
    start = time.perf_counter()
    for _ in range(many):
        verify()
    return many / (time.perf_counter() - start)


rate(500)
print(f"PyJWT\t{max(rate(5_000) for _ in range(5))}")
