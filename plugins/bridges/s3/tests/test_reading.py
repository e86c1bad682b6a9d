"""Every span is exactly those bytes of the listed version, however bad the line is, or it is an error."""

from __future__ import annotations

import pytest

from mosaicfs import PluginHost
from mosaicfs.errors import (
    ArchivedError,
    DigestMismatchError,
    EntryChangedError,
    EntryUnreadableError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs.model.entry import Span
from mosaicfs_bridge_s3 import b2, boto, reading
from mosaicfs_bridge_s3.options import Bucket
from mosaicfs_sdk.pytest_plugin import MakeHost
from plugins.bridges.s3.tests.asking import host_for, read
from plugins.bridges.s3.tests.conftest import BucketPlace
from plugins.bridges.s3.tests.front import Change, Cut, Hang, Refuse, Said

CONTENT = bytes(range(256)) * 20
SIZE = len(CONTENT)


@pytest.fixture
def host(plugin_host: MakeHost, place: BucketPlace) -> PluginHost:
    place.put("film.mkv", CONTENT)
    return host_for(plugin_host, place)


@pytest.mark.parametrize("cut", [0, 1, 255, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize("span", [Span(), Span(100, 5000)], ids=["whole", "part"])
async def test_a_stream_cut_at_any_byte_is_taken_up_there(
    host: PluginHost, place: BucketPlace, cut: int, span: Span, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 100)
    place.front.faults["get"].append(Cut(min(cut, 4999)))
    end = None if span.length is None else span.offset + span.length
    assert await read(host, place.entry("film.mkv"), span) == CONTENT[span.offset : end]
    (first, second) = [headers for method, _, headers in place.front.asked if method == "GET"]
    assert first["If-Match"] == second["If-Match"]
    came = min(cut, 4999)
    assert second.get("Range") == (f"bytes={span.offset + came}-{(end or SIZE) - 1}" if came or span.length else None)


async def test_a_line_that_breaks_each_time_is_given_up_after_three(host: PluginHost, place: BucketPlace) -> None:
    place.front.always["get"] = Cut(0)
    with pytest.raises(SourceUnavailableError):
        await read(host, place.entry("film.mkv"), Span())
    assert place.front.times("get") == 4
    assert place.open_streams() == 0


async def test_an_object_that_is_replaced_between_two_pieces_is_not_mixed(
    host: PluginHost, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 100)
    entry = place.entry("film.mkv")
    place.front.faults["get"].append(Cut(1000))
    stream = await host.hooks.materialize(entry, Span())
    assert stream is not None
    came = [await anext(aiter(stream))]
    place.put("film.mkv", CONTENT[::-1])
    came += [await anext(aiter(stream)) for _ in range(9)]
    with pytest.raises(EntryChangedError):
        await anext(aiter(stream))
    await stream.aclose()
    assert b"".join(came) == CONTENT[:1000]


async def test_a_service_that_ignores_the_condition_is_seen_through(host: PluginHost, place: BucketPlace) -> None:
    entry = place.entry("film.mkv")
    place.front.always["get"] = Change(lambda said: said._replace(headers={**said.headers, "ETag": '"another"'}))
    with pytest.raises(EntryChangedError):
        await read(host, entry, Span(0, 10))


async def test_a_service_that_ignores_ranges_is_seen_through(host: PluginHost, place: BucketPlace) -> None:
    entry = place.entry("film.mkv")
    place.front.always["get"] = Change(_whole)
    with pytest.raises(EntryUnreadableError, match="other bytes than were asked for"):
        await read(host, entry, Span(100, 10))


def _whole(said: Said) -> Said:
    kept = {name: value for name, value in said.headers.items() if name.lower() != "content-range"}
    return Said(200, kept, CONTENT)


async def test_wrong_bytes_are_read_once_more(host: PluginHost, place: BucketPlace) -> None:
    place.front.faults["get"].append(Change(_one_bit))
    assert await read(host, place.entry("film.mkv"), Span()) == CONTENT


async def test_bytes_that_stay_wrong_are_an_error(host: PluginHost, place: BucketPlace) -> None:
    place.front.always["get"] = Change(_one_bit)
    with pytest.raises(DigestMismatchError):
        await read(host, place.entry("film.mkv"), Span())
    assert place.front.times("get") == 2


async def test_wrong_bytes_that_a_reader_has_seen_are_an_error(
    host: PluginHost, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PIECE", 100)
    place.front.faults["get"].append(Change(_one_bit))
    with pytest.raises(DigestMismatchError):
        await read(host, place.entry("film.mkv"), Span())


async def test_an_object_whose_tag_is_no_digest_is_read(host: PluginHost, place: BucketPlace) -> None:
    """Encrypted with a key of the account: the ETag looks like an MD5 and is none."""

    def encrypted(said: Said) -> Said:
        tagged = {**said.headers, "x-amz-server-side-encryption": "aws:kms"}
        return _one_bit(said)._replace(headers=tagged)

    place.front.always["get"] = Change(encrypted)
    assert len(await read(host, place.entry("film.mkv"), Span())) == SIZE


def _one_bit(said: Said) -> Said:
    return said._replace(body=bytes([said.body[0] ^ 1]) + said.body[1:])


async def test_an_archived_object_says_so(host: PluginHost, place: BucketPlace) -> None:
    place.put("old.mkv", CONTENT, StorageClass="GLACIER")
    with pytest.raises(ArchivedError, match=r"old\.mkv is archived and must be restored"):
        await read(host, place.entry("old.mkv"), Span())
    assert place.front.times("post") == 0


async def test_an_archived_object_is_asked_back_where_the_owner_pays(place: BucketPlace) -> None:
    place.put("old.mkv", CONTENT, StorageClass="GLACIER")
    paying = Bucket(place.name, url=place.bucket.url, path_style=True, keys=place.bucket.keys, restore_days=3)
    client = place.client_of(paying)
    with pytest.raises(ArchivedError, match="asked back for 3 days"):
        await reading.open_span(client, place.entry("old.mkv"), Span())
    client.close()
    assert place.front.times("post") == 1


async def test_an_endpoint_that_hangs_is_given_up_in_time(
    host: PluginHost, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PATIENCE_S", 0.2)
    entry = place.entry("film.mkv")
    place.front.always["get"] = Hang()
    with pytest.raises(TimedOutError):
        await read(host, entry, Span())


async def test_an_endpoint_that_hangs_in_the_line_itself_is_tried_again(
    host: PluginHost, place: BucketPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boto, "ANSWER_S", 0.3)
    place.client = place.client_of(place.bucket)
    place.front.faults["get"].append(Hang())
    assert await read(host, place.entry("film.mkv"), Span(0, 5)) == CONTENT[:5]
    place.client.close()


async def test_a_service_that_asks_for_patience_gets_it(host: PluginHost, place: BucketPlace) -> None:
    place.front.faults["get"].append(Refuse("SlowDown", 503, {"Retry-After": "4"}))
    assert await read(host, place.entry("film.mkv"), Span(7, 5)) == CONTENT[7:12]
    assert max(place.waits) >= 4


async def test_a_service_that_asks_for_much_patience_is_left(host: PluginHost, place: BucketPlace) -> None:
    place.front.always["get"] = Refuse("SlowDown", 503, {"Retry-After": "600"})
    with pytest.raises(ThrottledError) as told:
        await read(host, place.entry("film.mkv"), Span())
    assert told.value.retry_after_s is not None
    assert told.value.retry_after_s > 500
    assert max(place.waits, default=0) < 500


async def test_b2_reads_by_the_same_rules(plugin_host: MakeHost, place: BucketPlace) -> None:
    place.put("film.mkv", CONTENT)
    place.front.faults["get"].append(Cut(1000))
    assert await read(host_for(plugin_host, place, b2), place.entry("film.mkv"), Span(3)) == CONTENT[3:]
