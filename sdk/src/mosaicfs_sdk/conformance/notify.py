"""What every plugin that brings notices to a person must do, whatever it brings them by.

class TestNotify(NotifyConformance):
    plugin = plugin

    @pytest.fixture
    def arrived(self) -> Callable[[], Sequence[str]]: ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from mosaicfs import PluginHost
from mosaicfs.model.notification import Notice, Notification, Reporter, Sender
from mosaicfs_sdk.conformance.suite import Suite

TITLE = "Conformance is tried"
TIME = "2026-01-15T14:30:00Z"
TRANSITIONS = ["raised", "escalated", "reminder", "resolved", "summary", "test"]


class NotifyConformance(Suite):
    """The fixture `arrived` answers what has arrived so far at the other end, as texts."""

    hook = "notify"

    @pytest.fixture
    def arrived(self) -> Callable[[], Sequence[str]]:
        raise NotImplementedError("a subclass says what has arrived")

    async def test_a_notice_is_delivered_once(self, host: PluginHost, arrived: Callable[[], Sequence[str]]) -> None:
        (reply,) = await host.hooks.notify(notice_of("raised"), [self.name])
        assert reply.error is None
        assert reply.answer is not None
        assert reply.answer.delivered
        assert len(arrived()) == 1
        assert TITLE in arrived()[0]

    @pytest.mark.parametrize("transition", TRANSITIONS)
    async def test_whatever_has_become_of_a_condition_is_no_failure(self, host: PluginHost, transition: str) -> None:
        (reply,) = await host.hooks.notify(notice_of(transition), [self.name])
        assert reply.error is None

    async def test_long_words_and_every_script_are_no_failure(self, host: PluginHost) -> None:
        (reply,) = await host.hooks.notify(notice_of("raised", "ö漢 <b>&amp;</b>\n" * 300), [self.name])
        assert reply.error is None


def notice_of(transition: str, message: str = "It is.") -> Notice:
    noun = Notification(
        condition_key="conformance",
        source=Reporter(node_id="conformance", component="conformance"),
        severity="error",
        status="resolved" if transition == "resolved" else "active",
        title=TITLE,
        message=message,
        first_seen=TIME,
        last_seen=TIME,
        activated_at=TIME,
        occurrence_count=1,
    )
    return Notice(
        id="notification::conformance::conformance",
        notification=noun,
        transition=transition,
        delivery_id="0195c1de-0000-7000-8000-000000000001",
        sent_at=TIME,
        thread="c0",
        link="https://localhost/notifications",
        sender=Sender(instance_id="conformance", name="Conformance", url="https://localhost"),
        notifications=(noun,) if transition == "summary" else (),
    )
