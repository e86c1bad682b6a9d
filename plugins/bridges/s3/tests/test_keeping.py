"""Copies in a bucket: the suite in one request and in parts, and what only parts can do."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mosaicfs.errors import SourceUnavailableError
from mosaicfs.model.json import JsonObject
from mosaicfs.model.storage_backend import StorageBackend
from mosaicfs_bridge_s3 import keeping, plugin, uploading
from mosaicfs_bridge_s3.keeping import BucketTarget
from mosaicfs_sdk.conformance.replicate import KEY, TargetConformance, get, keys, put
from plugins.bridges.s3.tests.conftest import BucketPlace
from plugins.bridges.s3.tests.front import Cut, Refuse

SENDING = ("put", "post")
ALL = ("put", "post", "list", "get", "head")


class BucketTargetPlace:
    def __init__(self, place: BucketPlace) -> None:
        self.place = place

    @property
    def target(self) -> StorageBackend:
        return StorageBackend(
            name="offsite", backend="s3", mode="target", enabled=True, created_at="2026-01-15T14:30:00Z"
        )

    def break_off(self) -> None:
        self.place.front.always = dict.fromkeys(SENDING, Cut(0, asked=False))

    def refuse(self) -> None:
        self.place.front.always = dict.fromkeys(ALL, Refuse("AccessDenied", 403))

    def mend(self) -> None:
        self.place.front.always = {}


class TestTarget(TargetConformance):
    plugin = plugin

    @pytest.fixture(autouse=True)
    def keys_a_page(self, place: BucketTargetPlace) -> None:
        place.place.front.keys_a_page = 2

    @pytest.fixture
    def options(self, place: BucketTargetPlace) -> JsonObject:
        return place.place.options

    @pytest.fixture
    def place(self, place: BucketPlace) -> BucketTargetPlace:
        return BucketTargetPlace(place)


PART = 5 << 20


class TestTargetInParts(TestTarget):
    """Everything goes in parts here; the files of the suite are of one part."""

    @pytest.fixture(autouse=True)
    def parts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(keeping, "AT_ONCE_BYTES", 1)


@pytest.fixture
def in_parts(place: BucketPlace, monkeypatch: pytest.MonkeyPatch) -> BucketTarget:
    monkeypatch.setattr(keeping, "AT_ONCE_BYTES", 1)
    place.client.bucket = replace(place.bucket, prefix="copies/", part_bytes=PART)
    return BucketTarget(place.client)


async def test_an_upload_that_broke_off_is_continued(
    in_parts: BucketTarget, place: BucketPlace, tmp_path: Path
) -> None:
    content = os.urandom(2 * PART + 1000)
    place.front.faults["put"].append(None)
    place.front.always["put"] = Cut(0, asked=False)
    with pytest.raises(SourceUnavailableError):
        await put(in_parts, KEY, content, tmp_path)
    place.front.always.clear()
    place.front.asked.clear()
    await put(in_parts, KEY, content, tmp_path)
    assert place.front.times("put") == 2
    assert await get(in_parts, KEY) == content
    assert place.admin.list_multipart_uploads(Bucket=place.name).get("Uploads", []) == []


async def test_parts_of_another_content_are_sent_again(
    in_parts: BucketTarget, place: BucketPlace, tmp_path: Path
) -> None:
    place.front.faults["put"].append(None)
    place.front.always["put"] = Cut(0, asked=False)
    with pytest.raises(SourceUnavailableError):
        await put(in_parts, KEY, os.urandom(2 * PART), tmp_path)
    place.front.always.clear()
    content = os.urandom(2 * PART)
    await put(in_parts, KEY, content, tmp_path)
    assert await get(in_parts, KEY) == content


async def test_only_our_own_old_uploads_are_taken_away(
    in_parts: BucketTarget, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("copies/ours", "of somebody else"):
        place.admin.create_multipart_upload(Bucket=place.name, Key=key)
    with monkeypatch.context() as patch:
        patch.setattr(uploading, "OLD", timedelta(days=36_500))  # this server has them all begin in 2010
        assert (await in_parts.check()).status == "ok"
    assert place.front.times("delete") == 0
    await in_parts.check()
    left = place.admin.list_multipart_uploads(Bucket=place.name)["Uploads"]
    assert [each["Key"] for each in left] == ["of somebody else"]


async def test_keys_lie_below_the_prefix_and_are_told_without_it(
    in_parts: BucketTarget, place: BucketPlace, tmp_path: Path
) -> None:
    place.put("not ours", b"x")
    await put(in_parts, KEY, b"copy", tmp_path)
    assert await keys(in_parts, "") == [KEY]
    assert {each["Key"] for each in place.admin.list_objects_v2(Bucket=place.name)["Contents"]} == {
        "not ours",
        f"copies/{KEY}",
    }


async def test_deleting_frees_the_room_of_every_version(place: BucketPlace, tmp_path: Path) -> None:
    place.admin.put_bucket_versioning(Bucket=place.name, VersioningConfiguration={"Status": "Enabled"})
    place.client.bucket = replace(place.bucket, delete_versions=True, etag_is_md5=False)
    kept = BucketTarget(place.client)
    for content in (b"first", b"second"):
        await put(kept, KEY, content, tmp_path)
    assert [await kept.delete(KEY), await kept.delete(KEY)] == [True, True]
    left = place.admin.list_object_versions(Bucket=place.name)
    assert not left.keys() & {"Versions", "DeleteMarkers"}
