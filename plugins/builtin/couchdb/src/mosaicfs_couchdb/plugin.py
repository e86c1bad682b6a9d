"""Joins the driver to the kernel: settings in, an open store out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from mosaicfs import Places
from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import Settings
from mosaicfs.model.store import Store
from mosaicfs_couchdb.driver import open_couch_store


@asynccontextmanager
async def open_store(settings: Settings, places: Places) -> AsyncIterator[Store]:
    """Nothing of it lies on this machine, so `places` are not looked at."""
    chosen = settings.store
    address = urlsplit(chosen.url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ConfigError(
            settings.place("store.url"), "the address of a CouchDB server is needed, such as http://127.0.0.1:5984."
        )
    if address.username or address.password:
        raise ConfigError(
            settings.place("store.url"), "name and password do not stand in the address; use store.user and its secret."
        )
    async with open_couch_store(chosen.url, user=chosen.user, secret=chosen.secret) as store:
        yield store
