"""Who messages are from: the id and the name of the instance, and the address that its pages are opened at."""

from __future__ import annotations

import socket
from urllib.parse import SplitResult, urlsplit

from mosaicfs import wire
from mosaicfs.errors import MosaicError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.notification import Sender
from mosaicfs.model.settings import Settings as InstanceSettings
from mosaicfs.model.store import Store

UNNAMED = "MosaicFS"
_EVERY_ADDRESS = ("0.0.0.0", "::", None, "")  # noqa: S104 - compared, not bound
_OWN = ("localhost", "127.0.0.1", "::1")


async def sender(store: Store, settings: Settings, instance_id: str) -> Sender:
    return Sender(instance_id=instance_id, name=await _name(store), url=page_url(settings))


def page_url(settings: Settings) -> str:
    """Of the control plane, as far as this node knows; of several listeners the one that others can reach best."""
    if settings.agent.control_plane_url:
        return settings.agent.control_plane_url.rstrip("/")
    listen = [urlsplit(url) for url in settings.server.listen if not url.startswith("unix:")]
    best = min(listen, key=lambda url: (url.scheme != "https", url.hostname in _OWN), default=None)
    return "" if best is None else _address(best, settings.server.names)


def _address(url: SplitResult, names: tuple[str, ...]) -> str:
    host = url.hostname or ""
    if host in _EVERY_ADDRESS:
        host = names[0] if names else socket.gethostname()
    host = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"{url.scheme}://{host}{'' if url.port is None else f':{url.port}'}"


async def _name(store: Store) -> str:
    document = await store.get(SETTINGS_ID)
    if document is None or document.deleted:
        return UNNAMED
    try:
        noun = wire.decode(document.id, document.body)
    except MosaicError:
        return UNNAMED
    return (noun.instance_name if isinstance(noun, InstanceSettings) else None) or UNNAMED
