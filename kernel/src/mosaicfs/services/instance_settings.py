"""The settings of this process as they are now: what this machine was told, and the instance's word where it was not.

An option, a variable and the file beat what was chosen for all nodes. The document comes with the replica, so a change
reaches a node that is away when it is back. What may be chosen is said by the API; what makes no sense here is ignored.
What this machine was told may be told anew while it runs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NoReturn, get_args

import structlog
import trio

from mosaicfs import wire
from mosaicfs.errors import ConfigError, MosaicError
from mosaicfs.logs import set_log_level
from mosaicfs.model.configuration import LogLevel, Settings
from mosaicfs.model.document import Document
from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.settings import Settings as InstanceSettings
from mosaicfs.model.store import Store
from mosaicfs.services.rereading import reread

LOOK_S = 60.0
PAUSE_S = 1.0

_is_clock_time = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]").fullmatch

_log = structlog.get_logger(component="settings")


class SettingsInForce:
    """`current` is what holds now. Who wants to follow a change asks for it each time."""

    def __init__(self, given: Settings, on_log_level: Callable[[LogLevel], None] = set_log_level) -> None:
        """`given` is what options, environment and file say, with its defaults."""
        self.current = given
        self._given = given
        self._chosen = InstanceSettings()
        self._on_log_level = on_log_level

    async def look(self, store: Store) -> None:
        self._chosen = _chosen(await store.get(SETTINGS_ID))
        self._put_in_force()

    def read_again(self, read: Callable[[], Settings]) -> None:
        """Options, environment and file as they are now. With a mistake in them, all that was read before holds."""
        try:
            found = reread(self._given, read())
        except ConfigError as mistake:
            _log.error("the configuration was not read again", cause=str(mistake), holds="what was read before")
            return
        self._given = found.settings
        self._put_in_force()
        _log.info("the configuration was read again", changed=found.changed, after_a_restart=found.waiting)

    def _put_in_force(self) -> None:
        before, found = self.current, in_force(self._given, self._chosen)
        if found == before:
            return  # who follows a change looks whether it is another object
        self.current = found
        if self.current.logging.level != before.logging.level:
            self._on_log_level(self.current.logging.level)
            _log.info("the least that is worth a line has changed", level=self.current.logging.level)

    async def run(self, store: Store) -> NoReturn:
        """Until cancelled. While the store does not answer, what was known last holds."""
        while True:
            try:
                since = (await store.info()).update_seq
                await self.look(store)
                await store.wait_until_changed(since, LOOK_S)
            except MosaicError as trouble:
                _log.info("the settings of the instance cannot be read yet", cause=str(trouble))
            await trio.sleep(PAUSE_S)


def in_force(given: Settings, chosen: InstanceSettings) -> Settings:
    """`given` with what was chosen for the instance in place of its defaults, and of nothing else."""
    found = given
    for key, value in _understood(chosen):
        if key not in given.given:
            section, _, name = key.partition(".")
            changed = replace(getattr(found, section), **{name: value})
            found = replace(found, **{section: changed})
    return found


def _understood(chosen: InstanceSettings) -> Iterator[tuple[str, object]]:
    if chosen.cache_max_bytes is not None:
        yield "cache.max_bytes", chosen.cache_max_bytes
    if chosen.cache_min_free_bytes is not None:
        yield "cache.min_free_bytes", chosen.cache_min_free_bytes
    if chosen.nightly_crawl is not None:
        yield "crawl.nightly", chosen.nightly_crawl
    if chosen.nightly_crawl_at is not None and _is_clock_time(chosen.nightly_crawl_at):
        yield "crawl.nightly_at", chosen.nightly_crawl_at
    if chosen.log_level in get_args(LogLevel):
        yield "logging.level", chosen.log_level


def _chosen(document: Document | None) -> InstanceSettings:
    """One that cannot be read counts as none: the defaults of this machine are good."""
    if document is None or document.deleted:
        return InstanceSettings()
    try:
        found = wire.decode(document.id, document.body)
    except MosaicError:
        return InstanceSettings()
    return found if isinstance(found, InstanceSettings) else InstanceSettings()
