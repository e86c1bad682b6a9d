"""`mosaicfs up --dry-run`: what it would watch, save and listen on; or what it would hand to the one that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mosaicfs import refuse_taken, safe_listeners
from mosaicfs_cli.errors import CannotChangeError
from mosaicfs_cli.rehearsing import print_rehearsal
from mosaicfs_cli.supervising.joining import CHANGING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mosaicfs import Configured
    from mosaicfs.model.json import JsonObject
    from mosaicfs_cli.lock import Note
    from mosaicfs_cli.options import Call


def rehearse(
    call: Call, configured: Configured, watched: Sequence[str], new: Sequence[str], running: Note | None
) -> int:
    """0 when it would start, or be told. What would refuse it refuses this."""
    if running and (changing := [option for key, option in CHANGING.items() if getattr(call.given, key)]):
        raise CannotChangeError(changing, running.pid)
    server = configured.settings.server
    if not running and "server.listen" in configured.settings.given:
        refuse_taken(safe_listeners(server.listen, configured.settings.place("server.listen")))
    first = f"MosaicFS runs already, pid {running.pid}; it would watch" if running else "Would start MosaicFS and watch"
    would = f"{first} {', '.join(watched) or 'nothing yet'}."
    if new:
        would += f" Would save in {configured.places.config_file}: {', '.join(new)}."
    facts: JsonObject = {
        "running": running is not None,
        "watch_paths": list(watched),
        "new_watch_paths": list(new),
        "config_file": str(configured.places.config_file),
        "listen": list(server.listen),
    }
    print_rehearsal(call, would, facts)
    return 0
