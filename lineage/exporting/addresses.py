"""Where to an exporter may be told to send, and with which headers and key."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from lineage.exporting.guard import Forbidden, check_literal

DEFAULT_PATH = "api/v1/lineage"
MAX_HEADERS = 20
#: What the transport sees to itself.
OWN_HEADERS = frozenset(
    {"host", "content-length", "content-type", "content-encoding", "transfer-encoding"}
    | {"connection", "expect", "upgrade", "te", "trailer", "proxy-authorization"}
)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_SECRET = re.compile(r"[\x20-\x7e]{1,4000}")
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,300}")


def headers_problem(headers: Any) -> str:
    if not isinstance(headers, Mapping) or len(headers) > MAX_HEADERS:
        return f"A map of at most {MAX_HEADERS} names to values."
    for name, value in headers.items():
        if not _HEADER.fullmatch(str(name)):
            return f"“{str(name)[:100]}” is no name of a header."
        if str(name).lower() in OWN_HEADERS:
            return f"{name} is set by Headwater itself."
        if not isinstance(value, str) or not _SECRET.fullmatch(value):
            return f"The value of {name} is text of ASCII characters."
    return ""


def url_problem(url: str) -> str:
    """Of the address of a server, without path parameters and without a name and password."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return "This is no address."
    if parts.scheme not in ("http", "https") or not host or not url.isascii() or " " in url:
        return "An address such as https://marquez.example.com:5000."
    if parts.username or parts.password or parts.query or parts.fragment:
        return "Without user, password, ? and #: keys belong into “apiKey” or “headers”."
    if len(url) > 500 or not _PATH.fullmatch(parts.path):
        return "This is no address of a server."
    try:
        check_literal(host)
    except Forbidden as exc:
        return str(exc)
    return ""


def key_problem(key: Any) -> str:
    fits = isinstance(key, str) and _SECRET.fullmatch(key) and " " not in key
    return "" if fits else "Text of ASCII characters without spaces."


def path_problem(value: str) -> str:
    fits = _PATH.fullmatch(value) and ".." not in value.split("/")
    return "" if fits else f"The path of the endpoint, such as {DEFAULT_PATH}."


def origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url or "")
    ports = {"http": 80, "https": 443}
    return parts.scheme, parts.hostname, parts.port or ports.get(parts.scheme)
