"""Joins the driver to the kernel: settings in, an open store out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from mosaicfs import Places
from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.store import Store, StoreFinding
from mosaicfs_couchdb.driver import open_couch_store
from mosaicfs_couchdb.looking import look_at


@asynccontextmanager
async def open_store(settings: Settings, places: Places) -> AsyncIterator[Store]:
    """Nothing of it lies on this machine, so `places` are not looked at."""
    _refuse_address(settings)
    chosen = settings.store
    async with open_couch_store(chosen.url, user=chosen.user, secret=chosen.secret) as store:
        yield store


async def look(settings: Settings) -> list[StoreFinding]:
    """Whether the store could be opened, without opening it."""
    try:
        _refuse_address(settings)
    except ConfigError as trouble:
        return [
            StoreFinding(
                "store", "database", "fail", str(trouble), "write it into [store] of the configuration: mosaicfs paths"
            )
        ]
    return await look_at(settings.store.url, settings.store.user, settings.store.secret)


def _refuse_address(settings: Settings) -> None:
    address = urlsplit(settings.store.url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigError(
            settings.place("store.url"), "the address of a CouchDB server is needed, such as http://127.0.0.1:5984."
        )
    if address.username or address.password:
        raise ConfigError(
            settings.place("store.url"), "name and password do not stand in the address; use store.user and its secret."
        )
