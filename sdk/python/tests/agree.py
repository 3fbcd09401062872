"""Does what sdk/agree.mjs says, a case a line."""

import functools
import json
import sys

from countersign import InvalidInput, Refused, Verifier
from tests.test_vectors import call

verifier = functools.cache(Verifier)


def answer(case):
    if case["call"] == "verify":
        return verifier(case["server"]).verify(case["token"]).contact
    return call(case)


def verdict(case):
    try:
        return {"answer": answer(case)}
    except (InvalidInput, Refused) as fault:
        return {"error": str(fault)}


for line in sys.stdin.buffer:
    print(json.dumps(verdict(json.loads(line))))
