"""A webhook: what is sent, how it is signed, and what its answers mean."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable
from hashlib import sha256

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import AccessRefusedError, GiveUpError, SourceUnavailableError, ThrottledError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.secret import Secret
from mosaicfs_notify import webhook
from mosaicfs_sdk.conformance.notify import NotifyConformance
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.builtin.notify.tests.notices import notice
from plugins.builtin.notify.tests.receiver import Receiver

SECRET = "whsec_test"


def settings(receiver: Receiver) -> JsonObject:
    return {"url": receiver.url, "secret": SECRET, "allow_http": True}


@pytest.fixture
def host(plugin_host: MakeHost, receiver: Receiver) -> PluginHost:
    return plugin_host(webhook, options={"webhook": settings(receiver)})


class TestConformance(NotifyConformance):
    plugin = webhook

    @pytest.fixture
    def options(self, receiver: Receiver) -> JsonObject:
        return settings(receiver)

    @pytest.fixture
    def arrived(self, receiver: Receiver) -> Callable[[], list[str]]:
        return lambda: [body.decode() for _, body in receiver.heard]


def is_signed(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """As the page tells a receiver to do it."""
    text = headers["mosaicfs-timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(secret.encode(), text, sha256).hexdigest()
    return hmac.compare_digest(expected, headers["mosaicfs-signature"])


def test_the_signature_is_that_of_the_example() -> None:
    expected = "v1=96078ebb7b49d4b9ecc2f8424fe9bc7ac496ffc963040f5791781a6ed41c8309"
    body = b'{"transition":"raised"}'
    assert webhook.signature(SECRET, "1771240920", body) == expected
    for secret, moment, text in (
        ("whsec_tesu", "1771240920", body),
        (SECRET, "1771240921", body),
        (SECRET, "1771240920", body.replace(b"r", b"R", 1)),
    ):
        assert webhook.signature(secret, moment, text) != expected


async def test_a_receiver_can_prove_who_sent_the_message(host: PluginHost, receiver: Receiver) -> None:
    (reply,) = await host.hooks.notify(notice(), ["webhook"])
    assert reply.error is None
    ((headers, body),) = receiver.heard
    assert is_signed(headers, body, SECRET)
    assert not is_signed(headers, body + b" ", SECRET)
    assert not is_signed(headers, body, "another")
    assert headers["mosaicfs-event"] == "notification"
    assert headers["mosaicfs-delivery"] == notice().delivery_id
    assert SECRET not in str(headers)
    told = json.loads(body)
    assert (told["transition"], told["delivery_id"]) == ("raised", notice().delivery_id)
    assert told["instance"] == {"instance_id": "i1", "name": "Home", "url": "https://nas.example"}
    assert told["notification"]["_id"] == "notification::node-nas::target_unreachable:usb"
    assert told["notification"]["type"] == "notification"
    assert "_rev" not in told["notification"]


async def test_a_summary_lists_what_it_sums_up(host: PluginHost, receiver: Receiver) -> None:
    await host.hooks.notify(notice("summary"), ["webhook"])
    told = json.loads(receiver.heard[0][1])
    assert told["transition"] == "summary"
    assert [each["condition_key"] for each in told["notifications"]] == ["target_unreachable:usb"]
    assert "notification" not in told


@pytest.mark.allow_log("plugin paused")
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (302, GiveUpError),
        (400, GiveUpError),
        (401, AccessRefusedError),
        (403, AccessRefusedError),
        (410, AccessRefusedError),
        (429, ThrottledError),
        (500, SourceUnavailableError),
    ],
)
async def test_what_an_answer_means(host: PluginHost, receiver: Receiver, status: int, error: type[Exception]) -> None:
    receiver.status = status
    receiver.headers = {"Location": receiver.url, "Retry-After": "30"}
    (reply,) = await host.hooks.notify(notice(), ["webhook"])
    assert isinstance(reply.error, error)
    assert len(receiver.heard) == 1
    assert isinstance(reply.error, ThrottledError) is (getattr(reply.error, "retry_after_s", None) == 30)
    assert SECRET not in str(reply.error)
    assert "/hook" not in str(reply.error)


@pytest.mark.parametrize("url", ["http://example.org/", "ftp://example.org/", "https://me:pw@example.org/", "hook"])
def test_an_address_that_others_could_read_along_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        webhook.WebhookOptions(url=url, secret=Secret("s"), allow_http=True)
