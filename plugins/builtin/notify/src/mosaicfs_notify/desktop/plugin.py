"""The desktop: a bubble a condition, in the session of the person who runs the agent; nothing where there is none."""

from __future__ import annotations

from dataclasses import dataclass, field

from mosaicfs.hookspecs import hookimpl
from mosaicfs.model.channel import ChannelOptions
from mosaicfs.model.notification import Delivery, Notice, Severity
from mosaicfs.model.plugin_info import PluginInfo
from mosaicfs_notify import __version__


@dataclass(frozen=True, kw_only=True)
class DesktopOptions(ChannelOptions):
    min_severity: Severity = field(default="error", metadata={"help": "Show nothing that is less grave."})
    timeout_s: int = field(
        default=0, metadata={"help": "How long a bubble stays; 0: as the system does it.", "minimum": 0}
    )


PLUGIN = PluginInfo(
    name="desktop",
    title="Desktop",
    summary="Shows notices as bubbles of your desktop.",
    version=__version__,
    api=1,
    options=DesktopOptions,
    default_enabled=True,
)


@hookimpl
async def notify(notice: Notice, options: DesktopOptions) -> Delivery | None:
    from mosaicfs_notify.desktop.bubbles import BUBBLES, session_bus  # noqa: PLC0415 - every duty loads this, and only one tells anybody

    if (address := session_bus()) is None:
        return None
    shown = await BUBBLES.show(address, notice, options.timeout_s)
    return Delivery(delivered=True, id=None if shown is None else str(shown))
