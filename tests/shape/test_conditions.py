"""Every condition that an owner can be told of has a writer and a test that raises and ends it.

The table is by hand: a module that begins to observe conditions must be entered, with the test that tries it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.shape.workspace import ROOT, all_modules


class Tried(NamedTuple):
    """`word` is what the test calls it, where it does not spell out its name."""

    writer: str
    test: str
    word: str = ""


KERNEL, PLUGINS = "kernel/src/mosaicfs/", "plugins/builtin/"
CONTROL, CONTROL_TESTS = f"{PLUGINS}control/src/mosaicfs_control/", f"{PLUGINS}control/tests/"
DISK, DISK_TESTS = f"{PLUGINS}disk/src/mosaicfs_disk/", f"{PLUGINS}disk/tests/"
SYNC, SYNC_TESTS = f"{PLUGINS}sync/src/mosaicfs_sync/", f"{PLUGINS}sync/tests/"
FOLLOWING = "kernel/tests/plugin_host/test_following.py"
POLLING = "kernel/tests/services/backends/test_polling.py"
STORE_HEALTH = "kernel/tests/services/test_store_health.py"
AGENTS = f"{CONTROL_TESTS}api/accounts/test_agents.py"

TABLE = {
    "first_crawl_complete": Tried(f"{DISK}keeper.py", f"{DISK_TESTS}test_keeper.py", "FIRST_DONE"),
    "watch_path_inaccessible": Tried(f"{DISK}watched_folder.py", f"{DISK_TESTS}test_keeper.py"),
    "watch_path_refused": Tried(f"{DISK}keeper.py", f"{DISK_TESTS}test_adopting.py"),
    "marker_recommended": Tried(f"{DISK}watched_folder.py", f"{DISK_TESTS}test_keeper.py"),
    "inotify_limit_approaching": Tried(f"{DISK}keeper.py", "tests/journeys/test_watching.py"),
    "large_local_deletion": Tried(f"{KERNEL}services/indexing/holds.py", "kernel/tests/services/test_crawl.py"),
    "large_remote_deletion": Tried(f"{KERNEL}services/indexing/holds.py", POLLING),
    "replication_lag": Tried(f"{SYNC}faring.py", f"{SYNC_TESTS}test_faring.py"),
    "replication_error": Tried(f"{SYNC}faring.py", f"{SYNC_TESTS}test_faring.py"),
    "replication_denied": Tried(f"{SYNC}faring.py", f"{SYNC_TESTS}test_faring.py"),
    "auth_timestamp_rejected": Tried(f"{CONTROL}reception.py", AGENTS),
    "clock_skew": Tried(f"{CONTROL}reception.py", AGENTS),
    "cache_near_capacity": Tried(
        f"{PLUGINS}tiers/src/mosaicfs_tiers/cache/room.py", f"{PLUGINS}tiers/tests/cache/test_room.py"
    ),
    "cache_reset": Tried(
        f"{PLUGINS}tiers/src/mosaicfs_tiers/cache/tier.py", f"{PLUGINS}tiers/tests/cache/test_following.py"
    ),
    "storage_near_capacity": Tried(f"{KERNEL}services/storage.py", "kernel/tests/services/test_storage.py"),
    "inodes_near_exhaustion": Tried(f"{KERNEL}services/storage.py", "kernel/tests/services/test_storage.py"),
    "pin_over_budget": Tried(
        f"{KERNEL}services/pinning/pinning.py", f"{PLUGINS}tiers/tests/cache/test_keeping_offline.py"
    ),
    "hydration_storm": Tried(
        f"{PLUGINS}mount/src/mosaicfs_mount/guarding.py", f"{PLUGINS}mount/tests/test_guarding.py"
    ),
    "oauth_expired": Tried(f"{KERNEL}services/backends/telling.py", POLLING),
    "sync_stalled": Tried(f"{KERNEL}services/backends/telling.py", POLLING),
    "quota_near_limit": Tried(f"{KERNEL}services/backends/telling.py", POLLING),
    "plugin_jobs_failed": Tried(f"{KERNEL}services/annotate.py", "kernel/tests/services/test_annotate.py", "{FAILED}:"),
    "plugin_queue_full": Tried(
        f"{KERNEL}services/annotating/following.py", "kernel/tests/services/test_annotate.py", "{FULL}:"
    ),
    "plugin_disconnected": Tried(f"{KERNEL}plugin_host/telling.py", FOLLOWING),
    "plugin_misconfigured": Tried(f"{KERNEL}plugin_host/telling.py", FOLLOWING),
    "plugin_missing": Tried(f"{KERNEL}plugin_host/telling.py", FOLLOWING),
    "plugin_refused": Tried(f"{KERNEL}plugin_host/telling.py", FOLLOWING),
    "plugin_secret_missing": Tried(f"{KERNEL}plugin_host/telling.py", FOLLOWING),
    "plugin_health_check_failed": Tried(
        f"{PLUGINS}process/src/mosaicfs_process/socket/link.py", f"{PLUGINS}process/tests/socket/test_link.py"
    ),
    "channel_failed": Tried(f"{KERNEL}services/delivering/choosing.py", "kernel/tests/services/test_notify.py"),
    "new_node_registered": Tried(f"{CONTROL}routes/api/joining.py", f"{CONTROL_TESTS}api/accounts/test_joining.py"),
    "node_offline": Tried(f"{CONTROL}node_health.py", f"{CONTROL_TESTS}test_node_health.py"),
    "credential_inactive": Tried(f"{CONTROL}expiries.py", f"{CONTROL_TESTS}test_expiries.py"),
    "certificate_expiring": Tried(f"{CONTROL}expiries.py", f"{CONTROL_TESTS}test_expiries.py"),
    "control_plane_disk_low": Tried(f"{CONTROL}state_room.py", f"{CONTROL_TESTS}test_state_room.py", "CONDITION"),
    "store_corrupt": Tried(f"{KERNEL}services/store_health.py", STORE_HEALTH, "CORRUPT"),
    "store_full": Tried(f"{KERNEL}services/store_health.py", STORE_HEALTH, "FULL"),
    "mount_failed": Tried(f"{PLUGINS}mount/src/mosaicfs_mount/failing.py", f"{PLUGINS}mount/tests/test_mounted.py"),
    "node_replication_stalled": Tried(f"{CONTROL}stalled_nodes.py", f"{CONTROL_TESTS}test_stalled_nodes.py"),
    "upgrade_needed": Tried(f"{CONTROL}reception.py", AGENTS),
    "persistent_conflicts": Tried(
        f"{CONTROL}standing_conflicts.py", f"{CONTROL_TESTS}test_standing_conflicts.py", "CONDITION"
    ),
    "developer_mode": Tried(f"{CONTROL}developer_mode.py", f"{CONTROL_TESTS}api/test_developer_mode.py"),
    "too_many_notifications": Tried(f"{KERNEL}model/condition.py", "kernel/tests/services/test_conditions.py"),
}

ALSO_WRITTEN_BY = {
    f"{SYNC}clocks.py": "the node's side of two conditions that the control plane sees too",
    f"{SYNC}certificates.py": "the side of the node of one that the control plane tells too",
    "plugins/search/meilisearch/src/mosaicfs_search_meilisearch/plugin.py": "conditions of its own, named after it",
    f"{KERNEL}services/delivering/sending.py": "takes the key of its condition from choosing.py",
    f"{KERNEL}services/conditions.py": "what all notices go through",
    f"{KERNEL}services/condition_queue.py": "what all notices go through",
    f"{KERNEL}services/dead_mounts.py": "tells for a mount that was killed and cannot tell it itself",
    f"{KERNEL}plugin_host/notices.py": "passes on what plugins say",
    f"{PLUGINS}process/src/mosaicfs_process/socket/notifying.py": "passes on what plugins say",
}
"""Modules that observe conditions and stand in no line of the table, each with the reason."""

_observes = re.compile(r"\.observe\(").search


@pytest.mark.parametrize("name", TABLE)
def test_a_condition_has_a_writer_and_a_test(name: str) -> None:
    tried = TABLE[name]
    stem = re.sub("local|remote", "{", name).partition("{")[0] if name.startswith("large_") else name
    assert stem in (ROOT / tried.writer).read_text(encoding="utf-8")
    assert (tried.word or name) in (ROOT / tried.test).read_text(encoding="utf-8")


def test_who_observes_conditions_stands_in_the_table() -> None:
    observing = {each.place for each in all_modules() if _observes(each.path.read_text(encoding="utf-8"))}
    entered = {each.writer for each in TABLE.values()} | ALSO_WRITTEN_BY.keys()
    assert sorted(observing - entered) == []
    assert sorted(place for place in ALSO_WRITTEN_BY if place not in observing) == []
