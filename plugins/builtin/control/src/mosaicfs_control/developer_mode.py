"""Developer mode, for who works on MosaicFS itself: it can wipe everything, and lets pages of other sites call.

Only the option of `mosaicfs server` switches it on, for that run. As long as it is on nobody can overlook it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from mosaicfs.model.configuration import Settings
from mosaicfs_control.cross_origin import Origins
from mosaicfs_control.rest.routing import Instance

CONDITION = "developer_mode"
ORIGINS = "server.cors_origins"

_log = structlog.get_logger(component="server")


@contextmanager
def told(instance: Instance) -> Iterator[None]:
    """For as long as the server runs; what the last run has left is taken back where this one is none."""
    notices = instance.reception.notices
    if notices.holds(CONDITION):  # a run that was killed has left it
        notices.clear(CONDITION)
    if instance.kernel.settings.developer_mode:
        _log.warning("developer mode is on: this server can be wiped, and pages of other sites may call it")
        instance.auth.audit.note("developer_mode_on", principal="owner", source="local")
        message = (
            "The server was started with --developer-mode. Everything in it can be deleted by one call, and pages of "
            "the origins in server.cors_origins may call it. Start it without that option to end this."
        )
        notices.observe(CONDITION, "warning", "Developer mode is on", message)
    try:
        yield
    finally:
        if notices.holds(CONDITION):
            notices.clear(CONDITION)


def origins_of(settings: Settings) -> Origins:
    """Those of the configuration, which must make sense in any case; none without developer mode."""
    place = settings.place(ORIGINS)
    named = Origins(settings.server.cors_origins, place)
    if settings.developer_mode:
        return named
    if settings.server.cors_origins:
        _log.warning("server.cors_origins counts in developer mode only, and is ignored", place=place)
    return Origins()
