"""Settings of the instance: defaults, merge patches, and who was overtaken."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.json import JsonObject
from mosaicfs.model.store import Store
from mosaicfs_control.rest.patching import merged

PATH = "/api/system/settings"
DEFAULTS = {
    "instance_name": "MosaicFS",
    "deleted_files_retention_days": 90,
    "utilization_retention_days": 90,
    "offline_notice_s": {},
    "cache_max_bytes": None,
    "cache_min_free_bytes": None,
    "nightly_crawl": None,
    "nightly_crawl_at": None,
    "log_level": None,
}


async def test_nobody_has_set_anything_yet(api: httpx.AsyncClient) -> None:
    answer = await api.get(PATH)
    assert answer.json() == DEFAULTS
    assert answer.headers["etag"]


async def test_a_patch_changes_what_it_names_and_is_in_force_at_once(api: httpx.AsyncClient, store: Store) -> None:
    answer = await api.patch(PATH, json={"instance_name": "Home", "offline_notice_s": {"node-nas": 900}})
    assert answer.status_code == 200, answer.text
    assert answer.json() == {**DEFAULTS, "instance_name": "Home", "offline_notice_s": {"node-nas": 900}}
    assert (await api.get("/api/identity")).json()["name"] == "Home"
    answer = await api.patch(PATH, json={"instance_name": None, "offline_notice_s": {"a": 0, "node-nas": None}})
    assert answer.json() == {**DEFAULTS, "offline_notice_s": {"a": 0}}
    assert (await api.get(PATH)).headers["etag"] == answer.headers["etag"]
    document = await store.get(SETTINGS_ID)
    assert document is not None
    assert document.rev.startswith("2-")


@pytest.mark.parametrize(
    ("patch", "field"),
    [
        ({"colour": 1}, "colour"),
        ({"cache_max_bytes": -1}, "cache_max_bytes"),
        ({"cache_min_free_bytes": "1G"}, "cache_min_free_bytes"),
        ({"deleted_files_retention_days": -1}, "deleted_files_retention_days"),
        ({"nightly_crawl_at": "25:00"}, "nightly_crawl_at"),
        ({"log_level": "loud"}, "log_level"),
        ({"offline_notice_s": {"a": "b"}}, "offline_notice_s"),
        ({"instance_name": ""}, "instance_name"),
    ],
)
async def test_what_cannot_be_set_is_named(api: httpx.AsyncClient, patch: JsonObject, field: str) -> None:
    answer = await api.patch(PATH, json=patch)
    assert answer.status_code == 422
    (trouble,) = answer.json()["error"]["detail"]["fields"]
    assert field in trouble["field"] + trouble["problem"]
    assert (await api.get(PATH)).json() == DEFAULTS


async def test_whoever_was_overtaken_sees_what_is_there_now(api: httpx.AsyncClient) -> None:
    seen = (await api.get(PATH)).headers["etag"]
    first = await api.patch(PATH, json={"instance_name": "Home"}, headers={"if-match": seen})
    assert first.status_code == 200
    late = await api.patch(PATH, json={"instance_name": "Attic"}, headers={"if-match": seen})
    assert late.status_code == 412
    error = late.json()["error"]
    assert error["code"] == "precondition_failed"
    assert error["detail"]["current"]["instance_name"] == "Home"
    fresh = f'"other", {first.headers["etag"]}'
    assert (await api.patch(PATH, json={"log_level": "debug"}, headers={"if-match": fresh})).status_code == 200


async def test_a_change_of_settings_stands_in_the_audit_log(api: httpx.AsyncClient) -> None:
    await api.patch(PATH, json={"instance_name": "Home"})
    (entry,) = (await api.get("/api/system/audit?event=settings_changed")).json()["items"]
    assert (entry["principal"], entry["detail"]) == ("owner", {"fields": ["instance_name"]})


# --- merge patches, as RFC 7396 has them -----------------------------------------------------------------------------

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=2), values, max_size=4)


@given(objects, objects)
def test_a_merge_is_done_once(members: JsonObject, patch: JsonObject) -> None:
    once = merged(members, patch)
    assert merged(once, patch) == once
    for name, value in patch.items():
        if value is None:
            assert name not in once
        elif not isinstance(value, dict):
            assert once[name] == value
    assert all(once[name] == value for name, value in members.items() if name not in patch)
