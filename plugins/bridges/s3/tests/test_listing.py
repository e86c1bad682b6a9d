"""A bucket with everything that keys can be, listed to its last page or not at all."""

from __future__ import annotations

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import PeerGarbledError, TryLaterError
from mosaicfs.model.entry import Span
from mosaicfs_bridge_s3.listing import send_everything
from mosaicfs_bridge_s3.options import Bucket
from mosaicfs_sdk.conformance.crawl import Known
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.asking import crawl, host_for, read
from plugins.bridges.s3.tests.conftest import BucketPlace
from plugins.bridges.s3.tests.front import Change, Cut, Instead, Said

ODD = {
    "a//b.txt": "a/_/b.txt",
    "a/_/b.txt": "a/_/b (83add295).txt",
    "/x": "_/x",
    "plus+and space & percent%41.txt": "plus+and space & percent%41.txt",
    "control\x01.txt": "control%01.txt",
    "ünï/日本語.txt": "ünï/日本語.txt",
    "😀.txt": "😀.txt",
    "k" * 1020 + ".txt": None,
}


@pytest.fixture
def host(plugin_host: MakeHost, place: BucketPlace) -> PluginHost:
    return host_for(plugin_host, place)


@pytest.mark.parametrize("keys_a_page", [1, 3, 1000])
async def test_odd_keys_are_listed_and_read(host: PluginHost, place: BucketPlace, keys_a_page: int) -> None:
    place.front.keys_a_page = keys_a_page
    for key in ODD:
        place.put(key, key.encode())
    known = Known()
    await crawl(host, place, known)
    by_key = {str(change.native_id): path.removeprefix("/pictures/") for path, change in known.files.items()}
    assert by_key.keys() == ODD.keys()
    assert {key: path for key, path in by_key.items() if ODD[key]} == {key: path for key, path in ODD.items() if path}
    for key in ODD:
        assert await read(host, place.entry(key), Span()) == key.encode()


async def test_folders_that_programs_draw_are_no_files(host: PluginHost, place: BucketPlace) -> None:
    place.put("drawn/", b"")
    place.put("drawn/a.txt", b"a")
    place.put("written/", b"bytes all the same")
    known = Known()
    end = await crawl(host, place, known)
    assert sorted(known.files) == ["/pictures/drawn/a.txt", "/pictures/written/_"]
    assert end.quota is not None
    assert end.quota.used_bytes == 1 + len(b"bytes all the same")


async def test_only_what_lies_below_the_prefix_is_seen(place: BucketPlace) -> None:
    for name in ("photos/a.jpg", "photos-old/b.jpg", "c.jpg"):
        place.put(name, b"x")
    client = place.client_of(Bucket(place.name, "photos/", place.bucket.url, path_style=True, keys=place.bucket.keys))
    known = Known()
    await send_everything(client, place.source, known)
    client.close()
    assert {path: change.native_id for path, change in known.files.items()} == {"/pictures/a.jpg": "photos/a.jpg"}


async def test_a_file_is_told_with_all_that_a_listing_says(host: PluginHost, place: BucketPlace) -> None:
    place.put("a.jpg", b"alpha")
    place.put("b", b"beta", StorageClass="GLACIER")
    place.put("c", b"gamma", StorageClass="GLACIER_IR")
    known = Known()
    await crawl(host, place, known)
    picture = known.files["/pictures/a.jpg"]
    assert (picture.size, picture.mime_type, picture.native_id, picture.state) == (5, "image/jpeg", "a.jpg", None)
    assert picture.version == "2c1743a391305fbf367df8e4f069f9f9"
    assert picture.digest == "md5:2c1743a391305fbf367df8e4f069f9f9"
    assert picture.mtime.endswith("Z")
    assert [known.files[f"/pictures/{name}"].state for name in "bc"] == ["archived", None]


async def test_an_upload_in_parts_has_no_digest(host: PluginHost, place: BucketPlace) -> None:
    upload = place.admin.create_multipart_upload(Bucket=place.name, Key="large")["UploadId"]
    about = {"Bucket": place.name, "Key": "large", "UploadId": upload}
    part = place.admin.upload_part(PartNumber=1, Body=b"x" * 100, **about)
    place.admin.complete_multipart_upload(MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}, **about)
    known = Known()
    await crawl(host, place, known)
    assert known.files["/pictures/large"].digest is None
    assert await read(host, place.entry("large"), Span()) == b"x" * 100


@pytest.mark.parametrize("pages", [0, 1, 3])
async def test_a_page_that_breaks_is_asked_for_again(host: PluginHost, place: BucketPlace, pages: int) -> None:
    place.front.keys_a_page = 1
    for name in "abcd":
        place.put(name, b"x")
    place.front.faults["list"].extend([*[None] * pages, Cut(30), Cut(0)])
    known = Known()
    assert (await crawl(host, place, known)).complete
    assert len(known.files) == 4
    assert place.front.times("list") == 4 + 2


def without(*words: bytes) -> Change:
    """A page without some of what it must say."""

    def change(said: Said) -> Said:
        body = said.body
        for word in words:
            start, end = body.index(b"<" + word + b">"), body.index(b"</" + word + b">")
            body = body[:start] + body[end + len(word) + 3 :]
        return said._replace(body=body)

    return Change(change)


TRUNCATED = {
    "no end": without(b"IsTruncated"),
    "no next": without(b"NextContinuationToken"),
    "no tag": without(b"ETag"),
    "no size": without(b"Size"),
    "half a page": Change(lambda said: said._replace(body=said.body[: len(said.body) // 2])),
    "no page": Change(lambda said: said._replace(body=b"<html>Welcome to the hotel</html>")),
    "empty": Change(lambda said: said._replace(body=b"")),
}


@pytest.mark.parametrize("lie", TRUNCATED.values(), ids=TRUNCATED)
async def test_a_page_that_makes_no_sense_ends_the_listing(host: PluginHost, place: BucketPlace, lie: Change) -> None:
    place.front.keys_a_page = 2
    for name in "abcd":
        place.put(name, b"x")
    place.front.always["list"] = lie
    known = Known()
    with pytest.raises(TryLaterError):
        await crawl(host, place, known)
    assert place.front.times("list") == 3


async def test_a_listing_that_turns_in_a_circle_ends(host: PluginHost, place: BucketPlace) -> None:
    place.front.keys_a_page = 1
    for name in "abc":
        place.put(name, b"x")

    def repeated(said: Said) -> Said:
        place.front.always["list"] = Instead(said)
        return said

    place.front.always["list"] = Change(repeated)
    with pytest.raises(PeerGarbledError, match="names no other"):
        await crawl(host, place, Known())


async def test_nothing_but_reading_is_asked_of_the_service(host: PluginHost, place: BucketPlace) -> None:
    place.put("a.txt", b"alpha")
    await crawl(host, place, Known())
    await read(host, place.entry("a.txt"), Span())
    assert {method for method, _, _ in place.front.asked} == {"GET"}
