"""The door of the kernel: what a plugin may import besides `model`, `errors`, `wire` and `hookspecs`.

Nothing deep is imported until it is asked for, so that `mosaicfs version` stays as quick as it looks.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mosaicfs.app import Opened as Opened
    from mosaicfs.app import found_instance as found_instance
    from mosaicfs.app import own_documents as own_documents
    from mosaicfs.app import plugin_items as plugin_items
    from mosaicfs.app import run_duty as run_duty
    from mosaicfs.config import Configured as Configured
    from mosaicfs.config import configure as configure
    from mosaicfs.documents.changes import Feed as Feed
    from mosaicfs.documents.changes import FeedQuery as FeedQuery
    from mosaicfs.documents.checkpoints import pulled_up_to as pulled_up_to
    from mosaicfs.documents.filing.following import FollowedFiling as FollowedFiling
    from mosaicfs.documents.finding import FindPage as FindPage
    from mosaicfs.documents.guard import Refusal as Refusal
    from mosaicfs.documents.guard import judged as judged
    from mosaicfs.documents.names.following import FollowedNames as FollowedNames
    from mosaicfs.documents.ownership import writer_of as writer_of
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
    from mosaicfs.documents.sqlite.own_file import OwnFile as OwnFile
    from mosaicfs.listeners import Listener as Listener
    from mosaicfs.listeners import free_port as free_port
    from mosaicfs.listeners import is_loopback as is_loopback
    from mosaicfs.listeners import refuse_taken as refuse_taken
    from mosaicfs.listeners import safe_listeners as safe_listeners
    from mosaicfs.listeners import unix_paths as unix_paths
    from mosaicfs.local_files.evicted import icloud_stub as icloud_stub
    from mosaicfs.local_files.evicted import is_dataless as is_dataless
    from mosaicfs.local_files.evicted import is_evicted as is_evicted
    from mosaicfs.local_files.evicted import is_evicted_by_icloud as is_evicted_by_icloud
    from mosaicfs.local_files.opening import LinkRefusedError as LinkRefusedError
    from mosaicfs.local_files.opening import OtherMountError as OtherMountError
    from mosaicfs.local_files.opening import open_below as open_below
    from mosaicfs.local_files.opening import open_folder as open_folder
    from mosaicfs.local_files.opening import real_path_of as real_path_of
    from mosaicfs.local_files.reading import OpenFile as OpenFile
    from mosaicfs.local_files.slow_calls import SlowCalls as SlowCalls
    from mosaicfs.model.store import Store as Store
    from mosaicfs.paths import Places as Places
    from mosaicfs.plugin_host.checking import check_plugin as check_plugin
    from mosaicfs.plugin_host.checking import find_plugin as find_plugin
    from mosaicfs.plugin_host.contract import RefusedError as RefusedError
    from mosaicfs.plugin_host.host import PluginHost as PluginHost
    from mosaicfs.plugin_host.host import host_of as host_of
    from mosaicfs.plugin_host.plugin_file import open_plugin_file as open_plugin_file
    from mosaicfs.services.backends.credentials import keep_secrets as keep_secrets
    from mosaicfs.services.calling import Server as Server
    from mosaicfs.services.calling import ServerAddress as ServerAddress
    from mosaicfs.services.calling import ask_server as ask_server
    from mosaicfs.services.calling import call_trouble as call_trouble
    from mosaicfs.services.calling import pinned_server as pinned_server
    from mosaicfs.services.calling import read_address as read_address
    from mosaicfs.services.conditions import Conditions as Conditions
    from mosaicfs.services.duty_figures import last_sign_of as last_sign_of
    from mosaicfs.services.duty_figures import tiers_in as tiers_in
    from mosaicfs.services.expiring import tombstone as tombstone
    from mosaicfs.services.first_tree import plant_tree as plant_tree
    from mosaicfs.services.founding import Founded as Founded
    from mosaicfs.services.founding import refuse_founded as refuse_founded
    from mosaicfs.services.joining import Joined as Joined
    from mosaicfs.services.joining import JoinRequest as JoinRequest
    from mosaicfs.services.joining import join_instance as join_instance
    from mosaicfs.services.joining import membership as membership
    from mosaicfs.services.key_archive import KeyArchive as KeyArchive
    from mosaicfs.services.key_archive import export_keys as export_keys
    from mosaicfs.services.key_archive import open_keys as open_keys
    from mosaicfs.services.plugin_reports import Reported as Reported
    from mosaicfs.services.plugin_reports import ReportedPlugin as ReportedPlugin
    from mosaicfs.services.plugin_reports import reported_plugins as reported_plugins
    from mosaicfs.services.reception import Reception as Reception
    from mosaicfs.services.reception import read_reports as read_reports
    from mosaicfs.services.renewing import NoControlPlaneError as NoControlPlaneError
    from mosaicfs.services.renewing import control_plane_keys as control_plane_keys
    from mosaicfs.services.renewing import renew_certificate as renew_certificate
    from mosaicfs.services.renewing import rotate_token_key as rotate_token_key
    from mosaicfs.services.revising import WriteRefusedError as WriteRefusedError
    from mosaicfs.services.revising import revise as revise
    from mosaicfs.services.store_drivers import look_at_store as look_at_store
    from mosaicfs.tree.query_text import BadTermError as BadTermError
    from mosaicfs.tree.query_text import read_query as read_query
    from mosaicfs.unix_socket import NotASocketError as NotASocketError
    from mosaicfs.unix_socket import listening as listening
    from mosaicfs.whole_file import write_whole as write_whole

_ROOMS = {
    "own_documents": "mosaicfs.app",
    "look_at_store": "mosaicfs.services.store_drivers",
    "KeyArchive": "mosaicfs.services.key_archive",
    "export_keys": "mosaicfs.services.key_archive",
    "open_keys": "mosaicfs.services.key_archive",
    "control_plane_keys": "mosaicfs.services.renewing",
    "NoControlPlaneError": "mosaicfs.services.renewing",
    "renew_certificate": "mosaicfs.services.renewing",
    "rotate_token_key": "mosaicfs.services.renewing",
    "found_instance": "mosaicfs.app",
    "keep_secrets": "mosaicfs.services.backends.credentials",
    "ServerAddress": "mosaicfs.services.calling",
    "Server": "mosaicfs.services.calling",
    "ask_server": "mosaicfs.services.calling",
    "pinned_server": "mosaicfs.services.calling",
    "read_address": "mosaicfs.services.calling",
    "call_trouble": "mosaicfs.services.calling",
    "last_sign_of": "mosaicfs.services.duty_figures",
    "tiers_in": "mosaicfs.services.duty_figures",
    "tombstone": "mosaicfs.services.expiring",
    "plant_tree": "mosaicfs.services.first_tree",
    "Founded": "mosaicfs.services.founding",
    "refuse_founded": "mosaicfs.services.founding",
    "Joined": "mosaicfs.services.joining",
    "JoinRequest": "mosaicfs.services.joining",
    "join_instance": "mosaicfs.services.joining",
    "membership": "mosaicfs.services.joining",
    "Conditions": "mosaicfs.services.conditions",
    "Reception": "mosaicfs.services.reception",
    "WriteRefusedError": "mosaicfs.services.revising",
    "read_reports": "mosaicfs.services.reception",
    "revise": "mosaicfs.services.revising",
    "may_read_kind": "mosaicfs.documents.scopes",
    "scope_key": "mosaicfs.documents.scopes",
    "open_store": "mosaicfs.documents.sqlite",
    "pulled_up_to": "mosaicfs.documents.checkpoints",
    "check_database": "mosaicfs.documents.sqlite.checking",
    "OwnFile": "mosaicfs.documents.sqlite.own_file",
    "may_read": "mosaicfs.documents.scopes",
    "read_query": "mosaicfs.tree.query_text",
    "BadTermError": "mosaicfs.tree.query_text",
    "FollowedNames": "mosaicfs.documents.names.following",
    "FollowedFiling": "mosaicfs.documents.filing.following",
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
    "RefusedError": "mosaicfs.plugin_host.contract",
    "open_plugin_file": "mosaicfs.plugin_host.plugin_file",
    "writer_of": "mosaicfs.documents.ownership",
    "check_plugin": "mosaicfs.plugin_host.checking",
    "find_plugin": "mosaicfs.plugin_host.checking",
    "host_of": "mosaicfs.plugin_host.host",
    "Store": "mosaicfs.model.store",
    "configure": "mosaicfs.config",
    "free_port": "mosaicfs.listeners",
    "is_loopback": "mosaicfs.listeners",
    "refuse_taken": "mosaicfs.listeners",
    "safe_listeners": "mosaicfs.listeners",
    "unix_paths": "mosaicfs.listeners",
    "plugin_items": "mosaicfs.app",
    "Reported": "mosaicfs.services.plugin_reports",
    "ReportedPlugin": "mosaicfs.services.plugin_reports",
    "reported_plugins": "mosaicfs.services.plugin_reports",
    "run_duty": "mosaicfs.app",
    "NotASocketError": "mosaicfs.unix_socket",
    "listening": "mosaicfs.unix_socket",
    "write_whole": "mosaicfs.whole_file",
    "icloud_stub": "mosaicfs.local_files.evicted",
    "is_dataless": "mosaicfs.local_files.evicted",
    "is_evicted": "mosaicfs.local_files.evicted",
    "is_evicted_by_icloud": "mosaicfs.local_files.evicted",
    "LinkRefusedError": "mosaicfs.local_files.opening",
    "OtherMountError": "mosaicfs.local_files.opening",
    "open_below": "mosaicfs.local_files.opening",
    "open_folder": "mosaicfs.local_files.opening",
    "real_path_of": "mosaicfs.local_files.opening",
    "OpenFile": "mosaicfs.local_files.reading",
    "SlowCalls": "mosaicfs.local_files.slow_calls",
}


def __getattr__(name: str) -> object:
    try:
        room = _ROOMS[name]
    except KeyError:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
    return getattr(import_module(room), name)
