"""Identity tokens of the profile `countersign`: what a page's `identity` callback answers."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import InvalidInput
from .tokens import USUAL_LIFETIME, compact, hs256, times
from .values import check_widget, optional, own_secret, thumbprint, value

LONGEST_LIFETIME = 900
"""Seconds that a server accepts at most between `iat` and `exp`."""


@dataclass(frozen=True)
class Company:
    """A company that a user belongs to: your own stable id of it, and its name."""

    id: str
    name: str | None = None


class Signer:
    """Mints identity tokens for one widget. Make one and keep it; threads may share it.

    :param widget: the widget's public key, `cs_pk_live_…`
    :param secret: the shared secret, `cs_idj_…` as it is shown: not decoded
    :param private_key: instead of the secret: your own key of Ed25519 or P-256, in PEM. Needs the
        extra `keys`
    :param kid: the name under which the public half of the private key is registered
    """

    __slots__ = ("_header", "_sign", "_widget")

    def __init__(
        self,
        widget: str,
        secret: str | None = None,
        *,
        private_key: str | bytes | None = None,
        kid: str | None = None,
    ) -> None:
        if (secret is None) == (private_key is None):
            raise InvalidInput("give either secret or private_key")
        if secret is not None and kid is not None:
            raise InvalidInput("kid names a private key, not a secret")
        self._widget = check_widget(widget)
        if private_key is None:
            algorithm, self._sign = "HS256", hs256(own_secret("cs_idj_", secret))
        else:
            from .asymmetric import signer

            algorithm, self._sign = signer(private_key)
        self._header = {"alg": algorithm, "typ": "JWT"}
        if kid is not None:
            self._header["kid"] = value("kid", kid, "id")

    def __repr__(self) -> str:
        return f"<Signer {self._header['alg']} {self._widget}>"

    def token(
        self,
        id: str,
        *,
        email: str | None = None,
        name: str | None = None,
        company: Company | None = None,
        jkt: str | None = None,
        jti: str | None = None,
        lifetime: int = USUAL_LIFETIME,
    ) -> str:
        """An identity token for a user.

        Read the user from your own session, never from the request: a back end that signs whatever
        id stands in the request signs for everybody.

        :param id: your own stable id of the user, up to 128 characters
        :param email: up to 254 characters, the domain in ASCII; signed trimmed and lower-cased
        :param name: up to 200 characters
        :param jkt: binds the token to the browser key with this thumbprint, which the widget hands
            to your `identity` callback: a copied token is of no use elsewhere
        :param jti: names this token, up to 128 characters
        :param lifetime: seconds, at most 900
        """
        if type(lifetime) is not int or not 1 <= lifetime <= LONGEST_LIFETIME:
            raise InvalidInput(f"the lifetime must be from 1 to {LONGEST_LIFETIME} whole seconds")
        claims = {
            "sub": value("id", id, "id"),
            "email": optional("email", email, "email"),
            "name": optional("name", name, "name"),
            "company": _company(company),
            "aud": self._widget,
            **times(lifetime),
            "jti": optional("jti", jti, "id"),
            "cnf": {"jkt": thumbprint(jkt)} if jkt else None,
        }
        return compact(self._header, claims, self._sign)


def _company(company: Company | None) -> dict[str, str] | None:
    if company is None:
        return None
    if not isinstance(company, Company):
        raise InvalidInput("the company must be a Company")
    if not company.id and not company.name:
        return None
    claim = {"id": value("id of the company", company.id, "id")}
    name = optional("name of the company", company.name, "name")
    return claim if name is None else {**claim, "name": name}
