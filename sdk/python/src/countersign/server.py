"""A server, named by its public URL."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from .errors import InvalidInput


def read_server(server: str) -> str:
    """The public URL in the form that tokens have as `iss`."""
    written = isinstance(server, str) and server.isprintable() and not set(server) & {" ", "\\"}
    try:
        url = urlsplit(server if written else "")
        host, port = url.hostname, url.port
    except ValueError:
        host = None
    if not host:
        raise InvalidInput(f"{server!r} is no URL of a server")
    if "@" in url.netloc or url.path not in ("", "/") or "?" in server or "#" in server:
        raise InvalidInput("the server must be scheme, host and port, and nothing else")
    if url.scheme != "https" and not (url.scheme == "http" and _is_loopback(host)):
        raise InvalidInput(f"{server!r} must begin with https://, or be on this machine")
    usual = {"https": 443, "http": 80}[url.scheme]
    origin = f"{url.scheme}://" + (f"[{host}]" if ":" in host else host)
    return origin if port in (None, usual) else f"{origin}:{port}"


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
