"""E-mail: plain text to one address, one thread a condition, over a line that nobody reads along."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import trio

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.notification import Delivery, Notice
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs.model.secret import Secret
from mosaicfs_notify import __version__
from mosaicfs_notify.mail.letter import letter_of
from mosaicfs_notify.mail.posting import Mailbox, post

_ADDRESS = r"^[^@\s]+@[^@\s]+$"


@dataclass(frozen=True, kw_only=True)
class EmailOptions(ChannelOptions):
    """`sender` and `recipient` are `from` and `to` of the letter."""

    host: str = field(metadata={"help": "Server that takes outgoing mail, such as smtp.example.org."})
    port: int = field(default=587, metadata={"help": "Its port.", "minimum": 1, "maximum": 65535})
    tls: Literal["starttls", "implicit"] = field(
        default="starttls", metadata={"help": "How the line is protected: after its beginning, or from the first byte."}
    )
    user: str = field(default="", metadata={"help": "Name to sign in with; empty: without signing in."})
    password: Secret = field(default=Secret(""), metadata={"help": "Password of that name, best one for this alone."})
    sender: str = field(metadata={"name": "from", "help": "Address that the mail is from.", "pattern": _ADDRESS})
    recipient: str = field(metadata={"name": "to", "help": "Address that the mail goes to.", "pattern": _ADDRESS})


PLUGIN = PluginInfo(
    name="email",
    title="E-mail",
    summary="Sends notices by e-mail.",
    version=__version__,
    api=1,
    options=EmailOptions,
    network=True,
)


@hookimpl
async def notify(notice: Notice, options: EmailOptions) -> Delivery:
    letter = letter_of(notice, options.sender, options.recipient)
    mailbox = Mailbox(options.host, options.port, options.tls, options.user, options.password)
    await trio.to_thread.run_sync(post, mailbox, letter, abandon_on_cancel=True)
    return Delivery(delivered=True, id=letter["Message-ID"])
