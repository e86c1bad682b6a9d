"""Addresses to listen on, and those that others are told."""

from ipaddress import ip_address

import pytest

from mosaicfs import Listener
from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import Settings, TransferSettings
from mosaicfs_transfer.listening import advertised, endpoint_in, listener_of, open_listeners

OWN = [
    ip_address(text) for text in ("10.0.0.5", "127.0.0.1", "169.254.1.1", "192.168.1.20", "::1", "fd00::5", "fe80::1")
]


def settings(listen: str = "[::]:7845", *advertise: str) -> Settings:
    return Settings(transfer=TransferSettings(listen=listen, advertise=advertise))


@pytest.mark.parametrize(
    ("text", "host", "port", "scheme"),
    [
        ("[::]:7845", "::", 7845, "https"),
        ("192.168.1.20:0", "192.168.1.20", 0, "https"),
        ("https://0.0.0.0:7000", "0.0.0.0", 7000, "https"),
        ("http://127.0.0.1:7845", "127.0.0.1", 7845, "http"),
    ],
)
def test_where_to_listen_is_read(text: str, host: str, port: int, scheme: str) -> None:
    assert listener_of(settings(text)) == Listener(host, port, scheme)


@pytest.mark.parametrize(
    "text",
    ["", "7845", "nas", ":7845", "::1:7845", "[::1]", "nas:99999", "ftp://nas:21", "a b:1", "user@nas:1", "nas:²"],
)
def test_what_is_no_address_names_the_key(text: str) -> None:
    with pytest.raises(ConfigError, match=r"transfer\.listen"):
        listener_of(settings(text))


@pytest.mark.parametrize("address", ["0.0.0.0:7845", "[::]:7845", "192.168.1.20:7845"])
def test_plain_http_beyond_loopback_is_refused(address: str) -> None:
    with pytest.raises(ConfigError, match="read along"):
        listener_of(settings(f"http://{address}"))


def test_an_address_for_others_that_is_none_names_the_key() -> None:
    with pytest.raises(ConfigError, match=r"transfer\.advertise"):
        advertised(settings("[::]:7845", "nas.example:http"), Listener("::", 7845, "https"), lambda: OWN)


def test_others_are_told_every_address_that_means_something_to_them() -> None:
    told = advertised(settings(), Listener("::", 7845, "https"), lambda: OWN)
    assert told is not None
    assert told.endpoints == ("10.0.0.5:7845", "192.168.1.20:7845", "[fd00::5]:7845")
    assert (told.endpoint, told.protocol) == ("10.0.0.5:7845", "https")


def test_an_address_that_was_chosen_is_the_only_one() -> None:
    told = advertised(settings(), Listener("192.168.1.20", 7000, "https"), lambda: OWN)
    assert told is not None
    assert told.endpoints == ("192.168.1.20:7000",)


def test_what_the_owner_says_is_told_in_place_of_it() -> None:
    told = advertised(
        settings("[::]:7845", "nas.example:9000", "vpn.example"), Listener("::", 7845, "https"), lambda: OWN
    )
    assert told is not None
    assert told.endpoints == ("nas.example:9000", "vpn.example:7845")


def test_a_machine_without_a_network_tells_nothing() -> None:
    only = [ip_address("127.0.0.1"), ip_address("::1")]
    assert advertised(settings(), Listener("::", 7845, "https"), lambda: only) is None


@pytest.mark.parametrize("text", ["nas.example:1", "[fd00::5]:65535"])
def test_an_endpoint_is_read_back_as_it_was_written(text: str) -> None:
    found = endpoint_in(text)
    assert found is not None
    assert found.text == text


async def test_everywhere_is_both_kinds_of_addresses_on_one_port() -> None:
    listeners = await open_listeners(Listener("::", 0, "https"))
    ports = {listener.socket.getsockname()[1] for listener in listeners}
    for listener in listeners:
        await listener.aclose()
    assert len(ports) == 1
