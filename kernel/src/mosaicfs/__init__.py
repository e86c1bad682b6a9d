"""The door of the kernel: what a plugin may import besides `model`, `errors`, `wire` and `hookspecs`.

Nothing deep is imported until it is asked for, so that `mosaicfs version` stays as quick as it looks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mosaicfs.app import Opened as Opened
    from mosaicfs.app import plugin_items as plugin_items
    from mosaicfs.app import run_duty as run_duty
    from mosaicfs.config import Configured as Configured
    from mosaicfs.config import configure as configure
    from mosaicfs.documents.changes import Feed as Feed
    from mosaicfs.documents.changes import FeedQuery as FeedQuery
    from mosaicfs.documents.finding import FindPage as FindPage
    from mosaicfs.documents.guard import Refusal as Refusal
    from mosaicfs.documents.guard import judged as judged
    from mosaicfs.documents.names.following import FollowedNames as FollowedNames
    from mosaicfs.documents.ownership import owner_of as owner_of
    from mosaicfs.documents.replication import Replication as Replication
    from mosaicfs.documents.revision import REVS_LIMIT as REVS_LIMIT
    from mosaicfs.documents.revision import BadRevisionError as BadRevisionError
    from mosaicfs.documents.revision import Rev as Rev
    from mosaicfs.documents.scoped import ScopedStore as ScopedStore
    from mosaicfs.documents.scopes import may_read as may_read
    from mosaicfs.documents.scopes import may_read_kind as may_read_kind
    from mosaicfs.documents.scopes import scope_key as scope_key
    from mosaicfs.documents.sqlite import open_store as open_store
    from mosaicfs.documents.sqlite.checking import check_database as check_database
    from mosaicfs.listeners import Listener as Listener
    from mosaicfs.listeners import free_port as free_port
    from mosaicfs.listeners import refuse_taken as refuse_taken
    from mosaicfs.listeners import safe_listeners as safe_listeners
    from mosaicfs.model.store import Store as Store
    from mosaicfs.paths import Places as Places
    from mosaicfs.plugin_host.host import PluginHost as PluginHost
    from mosaicfs.plugin_host.host import host_of as host_of
    from mosaicfs.tree.query_text import BadTermError as BadTermError
    from mosaicfs.tree.query_text import read_query as read_query

_ROOMS = {
    "may_read_kind": "mosaicfs.documents.scopes",
    "scope_key": "mosaicfs.documents.scopes",
    "open_store": "mosaicfs.documents.sqlite",
    "check_database": "mosaicfs.documents.sqlite.checking",
    "may_read": "mosaicfs.documents.scopes",
    "read_query": "mosaicfs.tree.query_text",
    "BadTermError": "mosaicfs.tree.query_text",
    "FollowedNames": "mosaicfs.documents.names.following",
    "judged": "mosaicfs.documents.guard",
    "Refusal": "mosaicfs.documents.guard",
    "FindPage": "mosaicfs.documents.finding",
    "Rev": "mosaicfs.documents.revision",
    "BadRevisionError": "mosaicfs.documents.revision",
    "Feed": "mosaicfs.documents.changes",
    "FeedQuery": "mosaicfs.documents.changes",
    "REVS_LIMIT": "mosaicfs.documents.revision",
    "ScopedStore": "mosaicfs.documents.scoped",
    "Replication": "mosaicfs.documents.replication",
    "Configured": "mosaicfs.config",
    "Listener": "mosaicfs.listeners",
    "Opened": "mosaicfs.app",
    "Places": "mosaicfs.paths",
    "PluginHost": "mosaicfs.plugin_host.host",
    "owner_of": "mosaicfs.documents.ownership",
    "host_of": "mosaicfs.plugin_host.host",
    "Store": "mosaicfs.model.store",
    "configure": "mosaicfs.config",
    "free_port": "mosaicfs.listeners",
    "refuse_taken": "mosaicfs.listeners",
    "safe_listeners": "mosaicfs.listeners",
    "plugin_items": "mosaicfs.app",
    "run_duty": "mosaicfs.app",
}


def __getattr__(name: str) -> object:
    try:
        room = _ROOMS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(room), name)
