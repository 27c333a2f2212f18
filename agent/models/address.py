"""Addresses of endpoints: which of them stay on this machine, and how they are written for a client."""

import ipaddress
import re
from urllib.parse import urlsplit, urlunsplit

_NAME = re.compile(r"[a-z0-9._-]+", re.ASCII)
_MISREAD = re.compile(r"[\\\s\x00-\x1f\x7f]")
"""What some programs drop from an address, or read as a slash: they would see another host in it than we do."""


def host_of(url: str) -> str:
    """The host that an address leads to, in lower case; empty where it is no address."""
    try:
        return "" if _MISREAD.search(url) else urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(url: str) -> bool:
    """Whether an endpoint's address stays on this machine; where that is in doubt, it does not."""
    host = host_of(url)
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        return _is_localhost(host)
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (mapped or number).is_loopback


def normal_base_url(url: str) -> str:
    """An endpoint's address as a client takes it: no slash at its end, and `/v1` where it has no path.

    Over http, the name `localhost` becomes its number, so that no name server is asked about it. Over https it stays:
    the certificate is for the name.
    """
    url = url.strip()
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    netloc = parts.netloc
    if parts.scheme.lower() == "http" and _is_localhost(host_of(url)):
        start, end = _span_of_host(netloc)
        netloc = netloc[:start] + "127.0.0.1" + netloc[end:]
    path = parts.path.rstrip("/") or "/v1"
    return urlunsplit((parts.scheme, netloc, path, parts.query, ""))


def _is_localhost(host: str) -> bool:
    """Whether a name is kept for this machine (RFC 6761)."""
    name = host.removesuffix(".")
    return bool(_NAME.fullmatch(name)) and (name == "localhost" or name.endswith(".localhost"))


def _span_of_host(netloc: str) -> tuple[int, int]:
    """Where the host's name stands in `user@host:port`."""
    start = netloc.rfind("@") + 1
    colon = netloc.find(":", start)
    return start, len(netloc) if colon < 0 else colon
