"""A webhook: each message as JSON to an address of the owner's, signed so that the receiver knows who sent it."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from time import time
from urllib.parse import urlsplit

import msgspec

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.ids import notification_id
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Delivery, Notice, Notification
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.secret import Secret
from mosaicfs.wire import encode
from mosaicfs_notify import __version__
from mosaicfs_notify.http import check_address, post


@dataclass(frozen=True, kw_only=True)
class WebhookOptions(ChannelOptions):
    url: str = field(metadata={"help": "Where messages are sent, an address with https."})
    secret: Secret = field(metadata={"help": "What messages are signed with; the receiver knows it too."})
    allow_http: bool = field(
        default=False, metadata={"help": "Let the address be plain http, on this machine or in a private network."}
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_address("url", self.url, allow_http=self.allow_http)
        if not self.secret:
            raise ValueError("secret is missing; choose a long random one and give it to the receiver")


PLUGIN = PluginInfo(
    name="webhook",
    title="Webhook",
    summary="Sends notices as signed JSON to an address of yours.",
    version=__version__,
    api=1,
    options=WebhookOptions,
    network=True,
)


@hookimpl
async def notify(notice: Notice, options: WebhookOptions) -> Delivery:
    body, moment = body_of(notice), str(int(time()))
    headers = {
        "MosaicFS-Event": "notification",
        "MosaicFS-Delivery": notice.delivery_id,
        "MosaicFS-Timestamp": moment,
        "MosaicFS-Signature": signature(options.secret.reveal(), moment, body),
    }
    await post(f"The webhook at {urlsplit(options.url).hostname}", options.url, body, headers)
    return Delivery(delivered=True, id=notice.delivery_id)


def signature(secret: str, moment: str, body: bytes) -> str:
    """A changed byte, secret or time makes another."""
    return "v1=" + hmac.new(secret.encode(), f"{moment}.".encode() + body, sha256).hexdigest()


def body_of(notice: Notice) -> bytes:
    told: JsonObject = {
        "delivery_id": notice.delivery_id,
        "transition": notice.transition,
        "sent_at": notice.sent_at,
        "instance": msgspec.to_builtins(notice.sender),
    }
    if notice.transition == "summary":
        told = {**told, "notifications": [_document(each) for each in notice.notifications]}
    else:
        told = {**told, "notification": {**_document(notice.notification), "_id": notice.id}}
    return msgspec.json.encode(told)


def _document(noun: Notification) -> JsonObject:
    members: JsonObject = msgspec.json.decode(encode(noun))
    return {"_id": notification_id(noun.source.node_id, noun.condition_key), **members}
