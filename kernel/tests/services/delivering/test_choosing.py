"""Which conditions a channel carries."""

import pytest

from kernel.tests.services.delivering.conditions import NODE, holding
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.services.delivering.choosing import chooses


@pytest.mark.parametrize(
    ("options", "key", "is_carried"),
    [
        (ChannelOptions(), "target_near_full:usb", True),
        (ChannelOptions(min_severity="error"), "target_near_full:usb", False),
        (ChannelOptions(conditions="target_*, oauth_*"), "target_near_full:usb", True),
        (ChannelOptions(conditions="target_near_full:usb"), "target_near_full:usb", False),
        (ChannelOptions(exclude="*_full"), "target_near_full:usb", False),
        (ChannelOptions(source_nodes="node-nas, control_plane"), "target_near_full:usb", False),
        (ChannelOptions(source_nodes=f"{NODE},control_plane"), "target_near_full:usb", True),
        (ChannelOptions(conditions="plugin:fulltext:*"), "plugin:fulltext:index_lag", True),
        (ChannelOptions(exclude="plugin:*"), "plugin:fulltext:index_lag", False),
        (ChannelOptions(), "channel_failed:ntfy@phone", False),
        (ChannelOptions(), "channel_failed:email", True),
    ],
)
def test_a_channel_carries_what_its_owner_has_chosen(options: ChannelOptions, key: str, *, is_carried: bool) -> None:
    assert chooses(options, "ntfy@phone", NODE, holding(key)) is is_carried


def test_the_failure_of_a_channel_of_that_name_on_another_node_is_carried() -> None:
    assert chooses(ChannelOptions(), "email", NODE, holding("channel_failed:email", node="node-nas"))
