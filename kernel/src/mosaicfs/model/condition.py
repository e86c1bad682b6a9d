"""What is settled about conditions by their name: how long one must hold, how it ends, how many there may be.

The table for people is in the pages of the project; a name that is not here has no hold time and ends when its writer
says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from mosaicfs.model.notification import Severity

GRAVITY: Mapping[Severity, int] = MappingProxyType({"info": 0, "warning": 1, "error": 2})

HOLD_S: Mapping[str, float] = MappingProxyType(
    {"watch_path_inaccessible": 60.0, "plugin_disconnected": 30.0, "plugin_missing": 60.0}
)
"""A condition is raised when it has held for so long."""

ONE_SHOT = frozenset({"marker_recommended", "new_node_registered", "credential_inactive"})
"""Over when somebody has acknowledged them; nobody examines them again."""

FOR_A_DAY = frozenset({"first_crawl_complete", "cache_reset", "hydration_storm"})
"""Over by themselves 24 hours after they were last seen."""

BUILT_IN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "cache": MappingProxyType({"cache_near_capacity": "cache", "cache_reset": "cache"}),
        "disk": MappingProxyType(
            {
                "first_crawl_complete": "crawler",
                "watch_path_inaccessible": "crawler",
                "watch_path_refused": "crawler",
                "marker_recommended": "crawler",
                "inotify_limit_approaching": "watcher",
            }
        ),
        "mount": MappingProxyType({"hydration_storm": "vfs_mount", "mount_failed": "vfs_mount"}),
        "sync": MappingProxyType(
            {
                "replication_error": "replication",
                "replication_lag": "replication",
                "replication_denied": "replication",
                "auth_timestamp_rejected": "replication",
                "clock_skew": "replication",
                "certificate_expiring": "certificate",
            }
        ),
    }
)
"""Conditions of ours that a plugin of ours observes, by its name: what they are called, and which part they are of."""

DAY_S = 86_400.0

TOO_MANY = "too_many_notifications"
MOST_ACTIVE = 200
MOST_OF_A_PLUGIN = 20


def name_of(key: str) -> str:
    """`large_local_deletion` of `large_local_deletion:/srv/media`."""
    return key.partition(":")[0]
