"""A machine knows its own addresses."""

import socket
from ipaddress import ip_address

from mosaicfs.identity.addresses import own_addresses


def test_loopback_is_among_them_and_each_stands_once() -> None:
    found = own_addresses()
    assert ip_address("127.0.0.1") in found
    assert len(found) == len(set(found))
    assert found == own_addresses()


def test_each_can_be_listened_on() -> None:
    """What belongs to another machine, such as the far end of a link or a broadcast address, cannot."""
    for address in own_addresses():
        if not address.is_link_local:
            family = socket.AF_INET if address.version == 4 else socket.AF_INET6
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.bind((str(address), 0))


def test_the_address_by_which_others_are_reached_is_among_them() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return
        assert ip_address(probe.getsockname()[0]) in own_addresses()
