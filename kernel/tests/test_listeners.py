"""What may be listened on, and what a taken port leads to."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from mosaicfs.errors import AddressInUseError, ConfigError
from mosaicfs.listeners import Listener, free_port, is_loopback, refuse_taken, safe_listeners, unix_paths


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8440",
        "http://127.8.8.8:1",
        "http://[::1]:8440",
        "https://127.0.0.1:8443",
        "https://0.0.0.0:8443",
        "https://[::]:8443",
        "https://nas.example:8443",
    ],
)
def test_loopback_is_listened_on_and_everything_over_tls(url: str) -> None:
    assert [listener.url for listener in safe_listeners([url], "--listen")] == [url]


def test_a_name_is_loopback_when_all_its_addresses_are() -> None:
    assert is_loopback("localhost")
    assert not is_loopback("name.invalid")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "[::]", "[2001:db8::1]", "name.invalid"])
def test_what_other_machines_can_reach_is_refused_with_the_place_that_asked_for_it(host: str) -> None:
    with pytest.raises(ConfigError, match=r"^m\.toml:3: .* write https://"):
        safe_listeners(["http://127.0.0.1:8440", f"http://{host}:8440"], "m.toml:3")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:8440",
        "ftp://127.0.0.1:8443",
        "https://127.0.0.1",
        "http://127.0.0.1",
        "http://127.0.0.1:x",
        "http://127.0.0.1:99999",
        "http://[::1:5",
        "http://127.0.0.1:8440/path",
        "http://a@127.0.0.1:8440",
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match="is not an address to listen on"):
        safe_listeners([url], "--listen")


def test_sockets_are_told_from_addresses() -> None:
    urls = ["unix:/run/own.sock", "http://127.0.0.1:1"]
    assert unix_paths(urls, "--listen") == [Path("/run/own.sock")]
    assert [listener.url for listener in safe_listeners(urls, "--listen")] == ["http://127.0.0.1:1"]
    assert safe_listeners(urls[:1], "--listen") == []


@pytest.mark.parametrize("url", ["unix:", "unix:own.sock"])
def test_a_socket_needs_an_absolute_path(url: str) -> None:
    with pytest.raises(ConfigError, match="absolute path"):
        safe_listeners([url], "--listen")


def test_an_address_of_another_machine_is_told() -> None:
    with pytest.raises(ConfigError, match="Choose an address of this machine"):
        refuse_taken([Listener("192.0.2.1", 0, "https")])


def test_nothing_to_listen_on_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"server\.listen is empty"):
        safe_listeners([], "--listen")


@pytest.fixture
def taken() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield Listener(*server.getsockname())


def test_a_taken_address_is_named(taken: Listener) -> None:
    with pytest.raises(AddressInUseError, match=taken.url):
        refuse_taken([Listener("127.0.0.1", 0), taken])


def test_port_0_is_whichever_is_free() -> None:
    port = free_port(Listener("127.0.0.1", 0))
    assert port > 0
    assert free_port(Listener("127.0.0.1", port)) == port
