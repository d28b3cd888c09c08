"""Where exporters may connect to: what a name leads to counts, and not how it is written."""

import socket
from typing import Any

import pytest
from requests import RequestException

from lineage.exporting.guard import (
    Forbidden,
    GuardedAdapter,
    GuardedSession,
    check_address,
    check_literal,
)
from tests.lineage.exporting.receiver import Receiver

PRIVATE = [
    "127.0.0.1",
    "127.8.8.8",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
]
NEVER = ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "224.0.0.1", "0.0.0.0", "::"]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e"]


@pytest.fixture(autouse=True)
def forbid(settings: Any) -> None:
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = False


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_the_operators_choice(settings, address):
    with pytest.raises(Forbidden, match="EXPORT_ALLOW_PRIVATE_HOSTS"):
        check_address(address, "host")
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True
    check_address(address, "host")


@pytest.mark.parametrize("address", NEVER)
def test_some_addresses_are_nobodys_choice(settings, address):
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True
    with pytest.raises(Forbidden):
        check_address(address, "host")


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_free(address):
    check_address(address, "host")


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "a.localhost", "10.0.0.1", "::1"])
def test_what_is_written_out_is_refused_at_once(host):
    with pytest.raises(Forbidden):
        check_literal(host)


def test_a_name_waits_until_it_is_connected_to():
    check_literal("marquez.internal")


def get(url: str) -> Any:
    return GuardedSession(GuardedAdapter()).post(url, json={}, timeout=2)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "[::1]"])
def test_however_it_is_written_nothing_is_sent_there(receiver: Receiver, host: str):
    port = receiver.url.rpartition(":")[2]
    with pytest.raises((Forbidden, RequestException)):
        get(f"http://{host}:{port}/")
    assert receiver.posted == []


def test_a_name_that_means_another_address_by_the_time_of_the_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    """DNS rebinding: public when it is looked at, private when it is connected to."""
    port = int(receiver.url.rpartition(":")[2])
    answers = ["93.184.215.14", "127.0.0.1"]

    def getaddrinfo(*_: Any, **__: Any) -> list[Any]:
        address = answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(Forbidden):
        get(f"http://rebinding.example.com:{port}/")
    assert receiver.posted == []


def test_it_reaches_what_it_may(receiver: Receiver, settings: Any):
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True
    assert get(receiver.url).status_code == 200
    assert len(receiver.posted) == 1


def test_proxies_of_the_environment_are_not_asked(
    receiver: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.EXPORT_ALLOW_PRIVATE_HOSTS = True
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert get(receiver.url).status_code == 200
