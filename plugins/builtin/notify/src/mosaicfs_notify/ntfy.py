"""ntfy: a message to the phones that follow a topic, through ntfy.sh or a server of one's own."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import msgspec

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.json import JsonObject
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.secret import Secret
from mosaicfs_notify import __version__
from mosaicfs_notify.http import check_address, post

LONGEST = 3_500
"""Bytes; the service takes 4,096 and makes longer messages into files."""

_PRIORITY = {"info": 2, "warning": 3, "error": 4}
_URGENT = 5


@dataclass(frozen=True, kw_only=True)
class NtfyOptions(ChannelOptions):
    server: str = field(default="https://ntfy.sh", metadata={"help": "Address of the ntfy server."})
    topic: str = field(
        metadata={
            "help": "Topic that you follow; whoever knows it reads along.",
            "pattern": r"^[A-Za-z0-9_-]{1,64}$",
        }
    )
    token: Secret = field(default=Secret(""), metadata={"help": "Access token, where the topic is protected."})
    urgent_errors: bool = field(default=False, metadata={"help": "Errors with the highest priority."})

    def __post_init__(self) -> None:
        super().__post_init__()
        check_address("server", self.server, allow_http=True)


PLUGIN = PluginInfo(
    name="ntfy",
    title="ntfy",
    summary="Sends notices to your phone through ntfy.",
    version=__version__,
    api=1,
    options=NtfyOptions,
    network=True,
)


@hookimpl
async def notify(notice: Notice, options: NtfyOptions) -> Delivery:
    headers = {"Authorization": f"Bearer {options.token.reveal()}"} if options.token else {}
    what = f"ntfy at {urlsplit(options.server).hostname}"
    answer = await post(what, options.server, msgspec.json.encode(message_of(notice, options)), headers)
    return Delivery(delivered=True, id=_id_in(answer))


def message_of(notice: Notice, options: NtfyOptions) -> JsonObject:
    noun = notice.notification
    is_over = notice.transition == "resolved"
    priority = _URGENT if noun.severity == "error" and options.urgent_errors else _PRIORITY[noun.severity]
    told: JsonObject = {
        "topic": options.topic,
        "title": f"{'Over: ' if is_over else ''}{noun.title}",
        "message": _cut(noun.message),
        "priority": _PRIORITY["info"] if is_over else priority,
        "tags": [noun.severity, noun.source.node_id],
    }
    return {**told, "click": notice.link} if notice.link else told


def _cut(text: str) -> str:
    data = text.encode()
    return text if len(data) <= LONGEST else data[:LONGEST].decode(errors="ignore") + "…"


def _id_in(answer: bytes) -> str | None:
    try:
        found = msgspec.json.decode(answer)
    except msgspec.DecodeError:
        return None
    name = found.get("id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else None
