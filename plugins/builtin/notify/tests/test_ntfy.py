"""ntfy: what is sent for which severity, and how long it may be."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from mosaicfs.errors import AccessRefusedError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Severity
from mosaicfs_notify import ntfy
from mosaicfs_sdk.conformance.notify import NotifyConformance
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.notify.tests.notices import notice
from plugins.builtin.notify.tests.receiver import Receiver


def settings(receiver: Receiver, **more: object) -> JsonObject:
    return {"server": receiver.url.removesuffix("/hook"), "topic": "home", "token": "tk_secret", **more}  # type: ignore[dict-item]


class TestConformance(NotifyConformance):
    plugin = ntfy

    @pytest.fixture
    def options(self, receiver: Receiver) -> JsonObject:
        return settings(receiver)

    @pytest.fixture
    def arrived(self, receiver: Receiver) -> Callable[[], list[str]]:
        return lambda: [body.decode() for _, body in receiver.heard]


async def test_a_phone_gets_title_words_priority_and_a_page_to_open(plugin_host: MakeHost, receiver: Receiver) -> None:
    receiver.answer = b'{"id":"m1"}'
    (reply,) = await plugin_host(ntfy, options={"ntfy": settings(receiver)}).hooks.notify(notice(), ["ntfy"])
    assert reply.answer
    assert reply.answer.id == "m1"
    ((headers, body),) = receiver.heard
    assert headers["authorization"] == "Bearer tk_secret"
    assert json.loads(body) == {
        "topic": "home",
        "title": "Target away",
        "message": "usb <is> away.",
        "priority": 4,
        "tags": ["error", "node-nas"],
        "click": "https://nas.example/notifications",
    }


@pytest.mark.parametrize(
    ("severity", "urgent", "priority"),
    [("info", True, 2), ("warning", True, 3), ("error", False, 4), ("error", True, 5)],
)
async def test_priorities(
    plugin_host: MakeHost, receiver: Receiver, severity: Severity, *, urgent: bool, priority: int
) -> None:
    host = plugin_host(ntfy, options={"ntfy": settings(receiver, urgent_errors=urgent)})
    await host.hooks.notify(notice("raised", severity), ["ntfy"])
    assert json.loads(receiver.heard[0][1])["priority"] == priority


async def test_what_is_longer_than_the_service_takes_is_cut(plugin_host: MakeHost, receiver: Receiver) -> None:
    host = plugin_host(ntfy, options={"ntfy": settings(receiver)})
    await host.hooks.notify(notice(message="漢" * 4000), ["ntfy"])
    assert len(receiver.heard[0][1]) < 4096
    assert json.loads(receiver.heard[0][1])["message"].endswith("漢…")


@pytest.mark.allow_log("plugin paused")
async def test_a_refused_token_is_for_the_owner_and_not_in_the_words(plugin_host: MakeHost, receiver: Receiver) -> None:
    receiver.status = 403
    host = plugin_host(ntfy, options={"ntfy": settings(receiver)})
    (reply,) = await host.hooks.notify(notice(), ["ntfy"])
    assert isinstance(reply.error, AccessRefusedError)
    assert "tk_secret" not in str(reply.error)
    assert host.items()[0].standing == "paused"
