"""Where exporters may connect to: an address that anybody could reach, and not this network.

Whoever may make exporters could otherwise make the server talk to what only the server reaches
(SSRF). Names are resolved, and all their addresses looked at, for every new connection; the
address that answers is looked at once more, since a name may mean another one by then. Redirects
are not followed, and proxies of the environment are not asked: behind one nothing could be told.
"""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from requests import Response, Session
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

_NAT64 = IPv6Network("64:ff9b::/96")
HOW = "EXPORT_ALLOW_PRIVATE_HOSTS=on allows it."


class Forbidden(Exception):
    """This address is out of bounds for exporters."""


def check_address(text: str, host: str) -> None:
    """Raises Forbidden. Link-local addresses, where clouds keep credentials, never may."""
    address = _meant(ip_address(text.partition("%")[0]))
    if address.is_link_local or address.is_multicast or address.is_unspecified:
        raise Forbidden(f"{host} is at {text}, where exporters may not connect to.")
    if not address.is_global and not settings.EXPORT_ALLOW_PRIVATE_HOSTS:
        raise Forbidden(f"{host} is at {text}, a private address. {HOW}")


def _meant(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


def check_literal(host: str) -> None:
    """Raises Forbidden for an address written out; names are resolved when a run connects."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        name = "127.0.0.1"
    try:
        ip_address(name)
    except ValueError:
        return
    check_address(name, host)


class _Checked:
    """Looks before it connects, and again at what it is connected to."""

    host: str
    port: int
    _dns_host: str

    def _new_conn(self) -> socket.socket:
        host = self._dns_host
        for *_, address in socket.getaddrinfo(host, self.port, type=socket.SOCK_STREAM):
            check_address(str(address[0]), host)
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        try:
            check_address(connected.getpeername()[0], host)
        except Forbidden:
            connected.close()
            raise
        return connected


class _Http(_Checked, HTTPConnection):
    pass


class _Https(_Checked, HTTPSConnection):
    pass


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


class GuardedAdapter(HTTPAdapter):
    """The only one that a `GuardedSession` has."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _HttpPool, "https": _HttpsPool}


class GuardedSession(Session):
    """Follows no redirect, and asks the environment for nothing."""

    def __init__(self, adapter: GuardedAdapter) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", adapter)
        self.mount("http://", adapter)

    def request(self, *args: Any, **kwargs: Any) -> Response:
        return super().request(*args, **kwargs | {"allow_redirects": False})
