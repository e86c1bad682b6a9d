"""What a Prometheus server reads, and who may."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Receive, Scope, Send

from mosaicfs.model.content import TierFigures
from mosaicfs.model.json import JsonObject
from mosaicfs.model.times import time_text
from mosaicfs_control.auth import principal
from mosaicfs_control.auth.principal import NOBODY, OWNER, Principal
from mosaicfs_control.metrics.names import METRICS, PREFIX
from mosaicfs_control.metrics.of_instance import OfInstance
from mosaicfs_control.metrics.surface import MetricsSurface
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.conftest import TurnedClock
from plugins.builtin.control.tests.api.seeds import Put, file, file_id, node, status

KEY = "MOSAICFS_7F3A9B2C1D4E5F6A"
CALLERS: Mapping[str, Principal] = {
    "owner": OWNER,
    "metrics": Principal("machine", KEY, "metrics"),
    "read": Principal("access_key", KEY, "read"),
    "mirror": Principal("machine", KEY, "mirror"),
    "node": Principal("node", "node-nas"),
    "nobody": NOBODY,
}
ASKED_OF_SERVICES = ("backend_requests_total", "backend_throttled_seconds_total", "backend_token_expiry_seconds")
Values = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def surface(instance: Instance, clock: TurnedClock) -> MetricsSurface:
    return MetricsSurface(OfInstance(instance, clock))


@pytest.fixture
async def prometheus(surface: MetricsSurface) -> AsyncIterator[httpx.AsyncClient]:
    counted = surface.counted(surface)

    async def introduced(scope: Scope, receive: Receive, send: Send) -> None:
        principal.put(scope, CALLERS[dict(scope["headers"]).get(b"x-caller", b"owner").decode()])
        await counted(scope, receive, send)

    transport = httpx.ASGITransport(introduced)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        yield client


async def scraped(client: httpx.AsyncClient) -> Values:
    answer = await client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    return {
        (sample.name.removeprefix(PREFIX), frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def at(name: str, **labels: str) -> tuple[str, frozenset[tuple[str, str]]]:
    return name, frozenset(labels.items())


async def test_names_types_and_labels_are_those_of_the_table(prometheus: httpx.AsyncClient) -> None:
    await prometheus.get("/metrics")
    found = list(text_string_to_metric_families((await prometheus.get("/metrics")).text))
    assert found
    for family in found:
        suffix = "_total" if family.type == "counter" else ""
        metric = METRICS[family.name.removeprefix(PREFIX) + suffix]
        assert (metric.kind, metric.help) == (family.type, family.documentation)
        assert {name for sample in family.samples for name in sample.labels} - {"le"} == set(metric.labels)


async def test_the_instance_is_counted(prometheus: httpx.AsyncClient) -> None:
    values = await scraped(prometheus)
    assert values[at("index_files", node="node-laptop", status="active")] == 3
    assert values[at("index_files", node="node-laptop", status="deleted")] == 1
    assert values[at("index_files", node="node-nas", status="active")] == 1
    assert values[at("index_bytes", node="node-nas")] == 5_000
    assert values[at("notifications_active", severity="error")] == 1
    assert values[at("notifications_active", severity="info")] == 0
    assert values[at("node_up", node="node-laptop")] == 1
    assert values[at("node_up", node="node-nas")] == 0
    assert [value for (name, _), value in values.items() if name == "build_info"] == [1]


async def test_what_an_agent_told_is_shown_under_its_node(
    prometheus: httpx.AsyncClient, put: Put, clock: TurnedClock
) -> None:
    since, soon = (time_text(int((clock() + seconds) * 1_000_000)) for seconds in (-100, 500))
    counters: dict[str, JsonObject] = {
        "crawler": {
            "phase": "idle",
            "seen": 40,
            "new": 3,
            "changed": 2,
            "moved": 1,
            "deleted": 0,
            "errors": 4,
            "holds": [{"missing": 7}, {"missing": 5}],
            "watch_paths": [{"path": "/a", "state": "absent"}, {"path": "/b", "state": "present"}],
        },
        "watcher": {"watches": 12, "watch_limit": 100, "unwatched_count": 1, "storms": 2, "overflows": 3},
        "replication": {"pending_push": 9, "pending_pull": 8, "refused": 1, "last_success": since},
        "cache": {"entries": 4, "bytes": 90, "max_bytes": 100, "pinned_bytes": 0, "leases": 0, "hits": 6, "misses": 2},
        "vfs_mount": {
            "path": "/mnt",
            "open_files": 2,
            "suspect_mounts": ["/mnt/nas"],
            "refused_programs": {"tumblerd": 3},
            "invalidations": 11,
        },
        "storage_backends": {
            "items": [
                {"name": "pane", "polls": {"ok": 7}, "quota": {"used_bytes": 5, "quota_bytes": None}, "auth": None},
                {"name": "attic", "requests": {"list": 4, "read": 9}, "throttled_s": 2.5, "auth": {"expires_at": soon}},
                {"name": "silent", "requests": {}, "throttled_s": 0, "auth": {"expires_at": "in spring"}},
            ]
        },
    }
    told: JsonObject = {name: {"status": "healthy", "since": since, **each} for name, each in counters.items()}
    await put({"status::node-nas": status("node-nas", subsystems=told)})
    values = await scraped(prometheus)
    nas = {"node": "node-nas"}
    assert values[at("crawl_files", **nas)] == 40
    assert values[at("crawl_changes", kind="moved", **nas)] == 1
    assert values[at("crawl_errors", kind="errors", **nas)] == 4
    assert values[at("crawl_running", **nas)] == 0
    assert values[at("held_deletions_files", **nas)] == 12
    assert values[at("watch_paths_absent", **nas)] == 1
    assert values[at("watches_used", **nas)] == 12
    assert values[at("watch_overflows_total", **nas)] == 3
    assert values[at("replication_pending_documents", direction="pull", **nas)] == 8
    assert 100 <= values[at("replication_lag_seconds", **nas)] < 200
    assert (values[at("cache_bytes", **nas)], values[at("cache_hits_total", **nas)]) == (90, 6)
    assert (values[at("mount_open_files", **nas)], values[at("mount_suspect_mounts", **nas)]) == (2, 1)
    assert values[at("guard_refusals_total", process="tumblerd", **nas)] == 3
    assert values[at("mount_invalidations_total", **nas)] == 11
    assert values[at("backend_polls_total", backend="pane", code="ok", **nas)] == 7
    assert values[at("backend_quota_bytes", backend="pane", kind="used", **nas)] == 5
    assert at("backend_quota_bytes", backend="pane", kind="total", **nas) not in values
    assert values[at("backend_requests_total", backend="attic", kind="read", **nas)] == 9
    assert values[at("backend_throttled_seconds_total", backend="attic", **nas)] == 2.5
    assert 400 < values[at("backend_token_expiry_seconds", backend="attic", **nas)] <= 500
    assert {dict(labels)["backend"] for (name, labels) in values if name in ASKED_OF_SERVICES} == {"attic"}
    assert values[at("subsystem_healthy", subsystem="watcher", **nas)] == 1
    assert at("crawl_errors", kind="unreadable", **nas) not in values


async def test_what_waits_for_plugins_and_what_their_jobs_took_is_shown(
    prometheus: httpx.AsyncClient, put: Put
) -> None:
    took: JsonObject = {"0.01": 1, "0.1": 1, "1.0": 3, "10.0": 3, "60.0": 3, "+Inf": 4}
    ended: JsonObject = {"acked": 3, "failed": 1, "again": 0}
    busy: JsonObject = {"pending": 5, "in_flight": 2, "failed": 1, "ended": ended, "took": took, "took_seconds": 9.5}
    items: JsonObject = {
        "items": [
            {"name": "words@work", "standing": "ready", **busy},
            {"name": "lamp", "standing": "disconnected", "pending": 0, "in_flight": 0, "failed": 0},
            {"name": "rests", "standing": "disabled"},
        ]
    }
    told: JsonObject = {"plugins": {"status": "healthy", "since": "2026-01-15T14:30:00Z", **items}}
    await put({"status::node-nas": status("node-nas", subsystems=told)})
    values = await scraped(prometheus)
    words = {"node": "node-nas", "plugin": "words@work"}
    gauges = {name: values[at("plugin_jobs", status=name, **words)] for name in ("pending", "in_flight", "failed")}
    assert gauges == {"pending": 3, "in_flight": 2, "failed": 1}
    assert values[at("plugin_jobs_total", status="acked", **words)] == 3
    assert values[at("plugin_job_seconds_bucket", le="1.0", **words)] == 3
    assert (values[at("plugin_job_seconds_count", **words)], values[at("plugin_job_seconds_sum", **words)]) == (4, 9.5)
    connected = {labels: value for (name, labels), value in values.items() if name == "plugin_connected"}
    assert sorted(connected.values()) == [0, 1]


async def test_what_the_tiers_of_this_machine_did_is_shown(prometheus: httpx.AsyncClient, instance: Instance) -> None:
    figures = TierFigures(
        tier="local", reads={"ok": 5, "gone": 1}, read_bytes=70, opens={"0.1": 3, "+Inf": 4}, open_seconds=0.5
    )
    file = instance.kernel.places.runtime_dir / "reads-agent.json"
    file.write_bytes(msgspec.json.encode({"written_at": 0, "tiers": [figures]}))
    values = await scraped(prometheus)
    assert values[at("tier_reads_total", tier="local", result="gone")] == 1
    assert values[at("tier_bytes_total", tier="local")] == 70
    assert values[at("tier_open_seconds_bucket", tier="local", le="0.1")] == 3
    assert values[at("tier_open_seconds_count", tier="local")] == 4


async def test_a_removed_node_is_not_shown_and_a_part_that_is_off_neither(
    prometheus: httpx.AsyncClient, put: Put
) -> None:
    since = "2026-01-15T14:30:00Z"
    off: JsonObject = {
        "watcher": {"status": "disabled", "since": since, "watches": 5},
        "x": {"status": "unhealthy", "since": since},
    }
    await put({"node::node-old": node("node-old", status="disabled"), "status::node-old": status("node-old")})
    await put({"status::node-nas": status("node-nas", subsystems=off)})
    values = await scraped(prometheus)
    assert not [labels for name, labels in values if ("node", "node-old") in labels and name != "index_bytes"]
    assert at("watches_used", node="node-nas") not in values
    assert at("subsystem_healthy", node="node-nas", subsystem="watcher") not in values
    assert values[at("subsystem_healthy", node="node-nas", subsystem="x")] == 0


async def test_a_status_full_of_nonsense_breaks_no_scrape(prometheus: httpx.AsyncClient, put: Put) -> None:
    nonsense: JsonObject = {
        "phase": 5,
        "seen": "many",
        "new": True,
        "holds": {"a": 1},
        "watch_paths": [3, {"state": 4}],
    }
    since = "2026-01-15T14:30:00Z"
    parts: dict[str, JsonObject] = {
        "crawler": nonsense,
        "replication": {"last_success": "yesterday", "pending_push": None},
        "storage_backends": {"items": [7, {"name": 3}, {"name": "a", "polls": 3, "quota": {"used_bytes": "x"}}]},
        "plugins": {"items": [7, {"name": "a", "pending": "x", "took": {"b": 1, "+Inf": 2}, "took_seconds": 1}]},
    }
    told: JsonObject = {name: {"status": "healthy", "since": since, **each} for name, each in parts.items()}
    await put({"status::node-nas": status("node-nas", subsystems=told)})
    values = await scraped(prometheus)
    assert at("crawl_files", node="node-nas") not in values
    assert values[at("watch_paths_absent", node="node-nas")] == 0


async def test_sizes_are_added_up_every_five_minutes(
    prometheus: httpx.AsyncClient, put: Put, clock: TurnedClock
) -> None:
    nas = at("index_bytes", node="node-nas")
    assert (await scraped(prometheus))[nas] == 5_000
    await put({file_id(9): file("/srv/more", node_id="node-nas", size=1)})
    clock.turn(299)
    assert (await scraped(prometheus))[nas] == 5_000
    clock.turn(2)
    assert (await scraped(prometheus))[nas] == 5_001


@pytest.mark.parametrize(
    ("caller", "code"),
    [("owner", 200), ("metrics", 200), ("read", 200), ("mirror", 403), ("node", 403), ("nobody", 401)],
)
async def test_who_may_read(caller: str, code: int, prometheus: httpx.AsyncClient) -> None:
    answer = await prometheus.get("/metrics", headers={"x-caller": caller})
    assert answer.status_code == code
    assert ("mosaicfs_build_info" in answer.text) is (code == 200)


async def test_only_reading_works(prometheus: httpx.AsyncClient) -> None:
    answer = await prometheus.post("/metrics")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_requests_are_counted_with_their_codes(prometheus: httpx.AsyncClient) -> None:
    await prometheus.get("/metrics", headers={"x-caller": "nobody"})
    await prometheus.get("/metrics")
    values = await scraped(prometheus)
    assert values[at("http_requests_total", method="GET", part="metrics", code="401")] == 1
    assert values[at("http_requests_total", method="GET", part="metrics", code="200")] == 1
    assert values[at("http_request_seconds_count", part="metrics")] == 2
