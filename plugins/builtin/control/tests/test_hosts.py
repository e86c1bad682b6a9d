"""Which names are ours, and where a request came from when proxies stand in between."""

from __future__ import annotations

import pytest

from mosaicfs.errors import ConfigError
from mosaicfs_control.hosts import Came, Hosts, Proxies, without_port

NAMES = ["localhost", "127.0.0.1", "::1", "nas.local", "192.168.1.20"]


def came(
    host: str, *, port: int = 8443, scheme: str = "https", address: str = "10.1.1.1", forwarded: bool = False
) -> Came:
    return Came("10.9.9.9", scheme, host, port, address, forwarded)


@pytest.mark.parametrize(
    "host",
    [
        "nas.local:8443",
        "NAS.Local:8443",
        "nas.local.:8443",
        "192.168.1.20:8443",
        "[::1]:8443",
        "10.1.1.1:8443",
        "[::ffff:127.0.0.1]:8443",
    ],
)
def test_our_names_with_the_port_that_was_asked(host: str) -> None:
    assert Hosts(NAMES).know(came(host))


@pytest.mark.parametrize(
    "host",
    [
        "",
        "nas.local",
        "nas.local:443",
        "nas.local:8440",
        "nas.local.evil.example:8443",
        "evil.example:8443",
        "a@nas.local:8443",
        "nas.local:8443/x",
        "nas.local :8443",
        "[nas.local]:8443",
        "nas.local:",
        "[::1",
        "10.1.1.2:8443",
        "nas.local:8443, evil",
    ],
)
def test_everything_else_is_not(host: str) -> None:
    assert not Hosts(NAMES).know(came(host))


def test_the_usual_port_goes_without_saying() -> None:
    hosts = Hosts(NAMES)
    assert hosts.know(came("nas.local", port=443))
    assert hosts.know(came("nas.local", port=80, scheme="http"))
    assert not hosts.know(came("nas.local", port=443, scheme="http"))


def test_a_name_may_have_a_port_of_its_own() -> None:
    hosts = Hosts(NAMES, ["files.example:8444", "other.example"])
    assert hosts.know(came("files.example:8444"))
    assert not hosts.know(came("files.example:8443"))
    assert not hosts.know(came("other.example"))
    assert [without_port(name) for name in ("files.example:8444", "[::1]:1", "::1", "plain")] == [
        "files.example",
        "::1",
        "::1",
        "plain",
    ]


def test_behind_a_proxy_the_usual_port_of_its_scheme_will_do() -> None:
    assert Hosts(NAMES).know(came("nas.local", forwarded=True))
    assert not Hosts(NAMES).know(came("nas.local:444", forwarded=True))


def test_names_are_learnt_anew() -> None:
    hosts = Hosts(NAMES)
    hosts.learn(["other.local"])
    assert (hosts.know(came("nas.local:8443")), hosts.know(came("other.local:8443"))) == (False, True)


SAID = {
    "host": "inside",
    "x-forwarded-for": "203.0.113.7, 10.0.0.5",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "nas",
}


def scope(peer: str) -> dict[str, object]:
    return {"client": (peer, 5), "server": ("127.0.0.1", 8440), "scheme": "http"}


def test_attack_8_nobody_is_believed_who_is_not_trusted() -> None:
    found = Proxies(["10.0.0.0/8"], "m.toml:1").came(scope("192.168.1.9"), SAID)
    assert found == Came("192.168.1.9", "http", "inside", 8440, "127.0.0.1", is_forwarded=False)
    assert Proxies([], "m.toml:1").came(scope("10.0.0.1"), SAID).source == "10.0.0.1"


def test_a_trusted_proxy_says_where_a_request_came_from() -> None:
    found = Proxies(["10.0.0.0/8"], "m.toml:1").came(scope("10.0.0.1"), SAID)
    assert found == Came("203.0.113.7", "https", "nas", 8440, "127.0.0.1", is_forwarded=True)
    assert found.origin == "https://nas"


@pytest.mark.parametrize(
    ("forwarded", "source"),
    [
        ("", "10.0.0.1"),
        ("1.2.3.4", "1.2.3.4"),
        ("6.6.6.6, 1.2.3.4", "1.2.3.4"),
        ("x, 10.0.0.9", "10.0.0.1"),
        ("10.0.0.8", "10.0.0.1"),
        ("1.2.3.4,,", "1.2.3.4"),
        ("2001:DB8::1", "2001:db8::1"),
    ],
)
def test_the_last_address_that_nobody_trusted_stands_for_is_the_source(forwarded: str, source: str) -> None:
    """What stands before it may be anybody's invention."""
    found = Proxies(["10.0.0.0/8"], "m.toml:1").came(scope("10.0.0.1"), {"x-forwarded-for": forwarded})
    assert found.source == source


def test_a_proxy_that_is_no_address_is_named_with_its_place() -> None:
    with pytest.raises(ConfigError, match=r"^m\.toml:1: 'everybody'"):
        Proxies(["everybody"], "m.toml:1")
