"""Counting requests: few labels whatever is asked, and every answer once."""

from __future__ import annotations

from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message, Receive, Scope, Send

from mosaicfs_control.metrics.readings import Readings
from mosaicfs_control.metrics.traffic import Traffic, part_of


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("/api/files/file::1/content", "files"),
        ("/api/search", "search"),
        ("/api/replication/mosaicfs/_changes", "replication"),
        ("/metrics", "metrics"),
        ("/api/no-such-thing", "other"),
        ("/files/files", "other"),
        ("/", "other"),
        ("", "other"),
    ],
)
def test_a_path_is_counted_by_its_part(path: str, part: str) -> None:
    assert part_of(path) == part


def samples(traffic: Traffic) -> dict[tuple[str, str], float]:
    """Values by name and the last label: `code` or `le`, else the part."""
    readings = Readings()
    traffic.read(readings)
    return {
        (sample.name, sample.labels.get("le") or sample.labels.get("code") or sample.labels["part"]): sample.value
        for family in text_string_to_metric_families(readings.text().decode())
        for sample in family.samples
    }


def test_a_duration_lies_in_each_bucket_that_is_wide_enough() -> None:
    traffic = Traffic()
    for seconds in (0.001, 0.0011, 11.0):
        traffic.add("GET", "files", "200", seconds)
    found = samples(traffic)
    name = "mosaicfs_http_request_seconds_bucket"
    assert [found[name, bound] for bound in ("0.001", "0.0025", "10.0", "+Inf")] == [1, 2, 2, 3]
    assert found["mosaicfs_http_request_seconds_sum", "files"] == pytest.approx(11.0021)


def test_methods_that_nobody_knows_are_one_label() -> None:
    traffic = Traffic()
    for method in ("BREW", "PROPFIND", "\x00"):
        traffic.add(method, "other", "405", 0.1)
    assert samples(traffic)["mosaicfs_http_requests_total", "405"] == 3


async def asked(traffic: Traffic, app: Any, path: str) -> None:
    async def receive() -> Message:
        raise AssertionError("nothing is read")

    async def send(message: Message) -> None:
        return None

    scope: Scope = {"type": "http", "method": "GET", "raw_path": path.encode()}
    await traffic.counted(app)(scope, receive, send)


async def well(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})


async def test_a_feed_is_counted_and_not_timed() -> None:
    traffic = Traffic()
    await asked(traffic, well, "/api/replication/mosaicfs/_changes")
    await asked(traffic, well, "/api/events")
    assert samples(traffic) == {("mosaicfs_http_requests_total", "200"): 1}


async def test_an_answer_that_never_began_is_counted_too() -> None:
    async def fails(scope: Scope, receive: Receive, send: Send) -> None:
        raise OSError

    traffic = Traffic()
    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        await asked(traffic, fails, "/api/files")
    assert samples(traffic)["mosaicfs_http_requests_total", "none"] == 1
