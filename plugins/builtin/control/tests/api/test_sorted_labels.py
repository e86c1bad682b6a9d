"""Assignments of labels in the order that somebody asks for."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from plugins.builtin.control.tests.api.seeds import Put, file, file_id

ASSIGNMENTS = "/api/labels/assignments"


@pytest.mark.parametrize("sort", ["node", "-node", "updated", "-updated"])
async def test_assignments_come_in_the_order_that_is_asked_for_page_by_page(
    sort: str, api: httpx.AsyncClient, put: Put
) -> None:
    await put({file_id(100 + n): file(f"/many/{n % 4}", node_id=f"node-{n % 3}") for n in range(12)})
    for n in (5, 3, 11, 0, 8, 2):
        body = {"file_id": file_id(100 + n), "labels": ["a"]}
        assert (await api.put(ASSIGNMENTS, json=body)).status_code == 200
    params = {"limit": "2", "sort": sort}
    met: list[Any] = []
    while True:
        page = (await api.get(ASSIGNMENTS, params=params)).json()
        assert page["total"] == 6
        met += page["items"]
        if "next_cursor" not in page:
            break
        params["cursor"] = page["next_cursor"]
    sources = [each["file"]["source"] for each in met]
    keys = {
        "node": [(each["node_id"], each["export_path"]) for each in sources],
        "updated": [each["updated_at"] for each in met],
    }[sort.removeprefix("-")]
    assert keys == sorted(keys, reverse=sort[0] == "-")
    assert len({each["file_id"] for each in met}) == 6
