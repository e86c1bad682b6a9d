"""Every metric that `GET /metrics` shows: its name, type, labels and meaning. The page and the tests read this table.

A metric stands here when something is there to be measured. Labels never hold names of files; `node` is a node id.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

Kind = Literal["counter", "gauge", "histogram"]

PREFIX = "mosaicfs_"


class Metric(NamedTuple):
    """`name` goes without the prefix; that of a counter ends in `_total`."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    help: str

    @property
    def whole_name(self) -> str:
        return PREFIX + self.name


_OF_NODES = (
    Metric("node_up", "gauge", ("node",), "1 while the node is online or degraded, else 0."),
    Metric("heartbeat_age_seconds", "gauge", ("node",), "Seconds since the node was heard last."),
    Metric(
        "subsystem_healthy",
        "gauge",
        ("node", "subsystem"),
        "1 while this part of the node works; 0 while it is degraded or unhealthy. One that is off is left out.",
    ),
    Metric("crawl_files", "gauge", ("node",), "Files seen by the crawl that runs, or by the last one."),
    Metric("crawl_changes", "gauge", ("node", "kind"), "What that crawl found to be new, changed, moved or deleted."),
    Metric("crawl_errors", "gauge", ("node", "kind"), "What that crawl could not index or not read."),
    Metric("crawl_running", "gauge", ("node",), "1 while a crawl runs."),
    Metric("held_deletions_files", "gauge", ("node",), "Missing files whose deletion waits for a person."),
    Metric("watch_paths_absent", "gauge", ("node",), "Watched folders that are not there."),
    Metric("watches_used", "gauge", ("node",), "Watches that the node has set."),
    Metric("watches_limit", "gauge", ("node",), "Watches that it may set."),
    Metric("watches_missing", "gauge", ("node",), "Folders that are only looked at now and then."),
    Metric("watch_storms_total", "counter", ("node",), "Storms of changes since the agent started."),
    Metric("watch_overflows_total", "counter", ("node",), "Lost changes since the agent started; a crawl finds them."),
    Metric(
        "replication_pending_documents",
        "gauge",
        ("node", "direction"),
        "Documents that the node has still to send (push) or to fetch (pull).",
    ),
    Metric("replication_refused_documents", "gauge", ("node",), "Documents of the node that were refused."),
    Metric(
        "replication_lag_seconds",
        "gauge",
        ("node",),
        "Seconds since the node was last in step with the control plane, as far as it has told.",
    ),
    Metric("cache_entries", "gauge", ("node",), "Files that the cache of the node holds, some of them in part."),
    Metric("cache_bytes", "gauge", ("node",), "Bytes that it holds, the pinned ones among them."),
    Metric("cache_max_bytes", "gauge", ("node",), "Most that it holds beside what is pinned."),
    Metric("cache_pinned_bytes", "gauge", ("node",), "Bytes that it holds because of pins."),
    Metric("cache_leases", "gauge", ("node",), "Parts of files that are being fetched."),
    Metric("cache_hits_total", "counter", ("node",), "Reads that it could answer, since the machine started."),
    Metric("cache_misses_total", "counter", ("node",), "Reads that had to fetch."),
    Metric("cache_fetched_bytes_total", "counter", ("node",), "Bytes that were fetched into it."),
    Metric("cache_evictions_total", "counter", ("node",), "Files that had to give way to others."),
    Metric("mount_open_files", "gauge", ("node",), "Files that are open in the mount of the node."),
    Metric("mount_known_entries", "gauge", ("node",), "Files and directories that its system knows by name."),
    Metric("mount_waiting_reads", "gauge", ("node",), "Opens and reads that wait for bytes."),
    Metric("mount_suspect_mounts", "gauge", ("node",), "Network mounts and synced folders that did not answer."),
    Metric("guard_refusals_total", "counter", ("node", "process"), "Opens that the guard refused, by program."),
    Metric("mount_invalidations_total", "counter", ("node",), "What the system was told to ask for again."),
    Metric(
        "plugin_jobs",
        "gauge",
        ("node", "plugin", "status"),
        "Jobs of the plugin that wait (pending), are under way (in_flight), or have failed in the last day (failed).",
    ),
    Metric(
        "plugin_jobs_total",
        "counter",
        ("node", "plugin", "status"),
        "Jobs that have ended since the agent started: acked, failed, or to be asked again.",
    ),
    Metric(
        "backend_polls_total",
        "counter",
        ("node", "backend", "code"),
        "Polls of the backend since its agent began, by how they ended: ok, mock, throttled, unreachable, needs_owner.",
    ),
    Metric(
        "backend_requests_total",
        "counter",
        ("node", "backend", "kind"),
        "Requests to its service since its agent began, as its plugin tells with each poll; none where it does not.",
    ),
    Metric(
        "backend_throttled_seconds_total",
        "counter",
        ("node", "backend"),
        "Seconds for which its service has made the plugin wait, as that tells.",
    ),
    Metric(
        "backend_token_expiry_seconds",
        "gauge",
        ("node", "backend"),
        "Seconds until the sign-in ends, negative after its end; left out where the service does not state one.",
    ),
    Metric("backend_quota_bytes", "gauge", ("node", "backend", "kind"), "Room at its service: used, and total."),
    Metric("plugin_job_seconds", "histogram", ("node", "plugin"), "From a question to its answer, also a bad one."),
    Metric(
        "plugin_connected",
        "gauge",
        ("node", "plugin"),
        "1 while the plugin can be asked, 0 while it is enabled and can not: refused, missing, failing, paused, away.",
    ),
    Metric("filesystem_used_bytes", "gauge", ("node", "filesystem_id"), "Bytes in use on a disk with watched folders."),
    Metric("filesystem_capacity_bytes", "gauge", ("node", "filesystem_id"), "Bytes that this disk holds at most."),
)

_OF_THE_INSTANCE = (
    Metric("build_info", "gauge", ("version", "python"), "Always 1; the labels say what runs."),
    Metric("index_files", "gauge", ("node", "status"), "Files of the index."),
    Metric("index_bytes", "gauge", ("node",), "Bytes of the files that are there; added up every five minutes."),
    Metric("notifications_active", "gauge", ("severity",), "Notifications that nobody has acknowledged."),
    Metric("store_documents", "gauge", (), "Documents that are not deleted."),
    Metric("store_bytes", "gauge", (), "Bytes of the database; 0 where its driver does not tell."),
    Metric("tree_directories", "gauge", (), "Directories of the tree that somebody has made."),
    Metric("tree_listings_kept", "gauge", (), "Listings of directories that are kept ready."),
    Metric("tree_kept_bytes", "gauge", (), "Memory of what is kept of the tree; `tree.cache_bytes` is its limit."),
    Metric("tree_labelled_files", "gauge", (), "Files with a label that a person gave them."),
    Metric("tree_files_examined_total", "counter", (), "Files that were looked at to list directories."),
    Metric("tree_directories_examined_total", "counter", (), "Folders that were looked at to list directories."),
    Metric("jobs", "gauge", ("kind",), "Jobs that are not over."),
    Metric(
        "tier_reads_total",
        "counter",
        ("tier", "result"),
        "Reads of this machine by the tier that was asked: `ok`, or why it failed. What programs read of its own files "
        "through the mount is none of it.",
    ),
    Metric("tier_bytes_total", "counter", ("tier",), "Bytes that these reads gave."),
    Metric("tier_open_seconds", "histogram", ("tier",), "What opening took on this machine, whether it worked or not."),
    Metric("worker_threads_busy", "gauge", ("limiter",), "Threads of this process that do blocking work."),
    Metric("http_requests_total", "counter", ("method", "part", "code"), "Requests that were answered."),
    Metric(
        "http_request_seconds",
        "histogram",
        ("part",),
        "From the head of a request to the end of its answer; feeds and streams are not timed.",
    ),
)

METRICS: Mapping[str, Metric] = MappingProxyType({each.name: each for each in (*_OF_THE_INSTANCE, *_OF_NODES)})
