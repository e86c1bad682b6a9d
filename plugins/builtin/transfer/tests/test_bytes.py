"""The calls about bytes: whole files, parts, versions and digests."""

from hashlib import sha256
from os import utime

import pytest

from mosaicfs.wire.byte_requests import digest_field
from plugins.builtin.transfer.tests.node import LAPTOP, Asker, Nas, at, tag, wire_json

pytestmark = pytest.mark.patient

CONTENT = bytes(range(256)) * 64
MIB = 1024 * 1024


async def test_a_whole_file_comes_with_its_digest_and_its_version_in_the_head(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    reply = await asker.ask(at(entry), {"If-Match": tag(entry)})
    assert (reply.status, reply.body) == (200, CONTENT)
    assert reply.headers["repr-digest"] == digest_field(sha256(CONTENT).digest())
    assert reply.headers["etag"] == tag(entry)
    assert reply.headers["content-length"] == str(len(CONTENT))
    assert reply.headers["accept-ranges"] == "bytes"


@pytest.mark.parametrize(
    ("wanted", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=100-299", 100, 300), ("bytes=16000-", 16000, 16384), ("bytes=-7", 16377, 16384)],
)
async def test_a_part_has_a_digest_of_its_own(nas: Nas, asker: Asker, wanted: str, start: int, end: int) -> None:
    reply = await asker.ask(at(await nas.put(CONTENT)), {"Range": wanted})
    assert (reply.status, reply.body) == (206, CONTENT[start:end])
    assert reply.headers["content-range"] == f"bytes {start}-{end - 1}/{len(CONTENT)}"
    assert reply.headers["content-digest"] == digest_field(sha256(CONTENT[start:end]).digest())


@pytest.mark.parametrize(
    "wanted", ["bytes=16384-", "bytes=0-0,2-3", "bytes=" + ",".join(["0-1"] * 1000), "bytes=-0", "bytes=9-,0-"]
)
async def test_attack_29_many_ranges_or_one_beyond_the_end_give_no_bytes(nas: Nas, asker: Asker, wanted: str) -> None:
    reply = await asker.ask(at(await nas.put(CONTENT)), {"Range": wanted})
    assert (reply.status, reply.code) == (416, "range_not_satisfiable")
    assert reply.headers["content-range"] == f"bytes */{len(CONTENT)}"


@pytest.mark.parametrize("wanted", ["bytes=5-2", "bytes=--5", "bytes=a-b", "lines=1-2", "bytes=-"])
async def test_attack_29_a_range_without_sense_is_none(nas: Nas, asker: Asker, wanted: str) -> None:
    reply = await asker.ask(at(await nas.put(CONTENT)), {"Range": wanted})
    assert (reply.status, reply.body) == (200, CONTENT)


async def test_another_version_than_the_one_asked_for_is_refused_and_nothing_opened(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    reply = await asker.ask(at(entry), {"If-Match": '"m-0000000000000000"'})
    assert (reply.status, reply.code, nas.tier.opened) == (412, "precondition_failed", 0)


async def test_a_file_that_differs_from_its_document_is_changed(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    utime(entry.export_path, ns=(0, 1_700_000_000_000_000_000))
    reply = await asker.ask(at(entry), {"If-Match": tag(entry)})
    assert (reply.status, reply.code) == (503, "source_changed")
    assert wire_json(reply.body)["error"]["detail"] == {"reason": "changed"}


async def test_a_download_goes_on_only_with_the_version_it_began_with(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    same = await asker.ask(at(entry), {"Range": "bytes=9000-", "If-Range": tag(entry)})
    other = await asker.ask(at(entry), {"Range": "bytes=9000-", "If-Range": '"m-0000000000000000"'})
    assert (same.status, same.body) == (206, CONTENT[9000:])
    assert (other.status, other.body) == (200, CONTENT)


async def test_who_has_it_already_is_told_so(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    reply = await asker.ask(at(entry), {"If-None-Match": tag(entry)})
    assert (reply.status, reply.body, reply.headers["etag"]) == (304, b"", tag(entry))


async def test_head_tells_what_get_would_send(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    reply = await asker.ask(at(entry), method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert (reply.headers["content-length"], reply.headers["etag"]) == (str(len(CONTENT)), tag(entry))


async def test_an_empty_file_is_a_whole_one(nas: Nas, asker: Asker) -> None:
    reply = await asker.ask(at(await nas.put(b"")))
    assert (reply.status, reply.body) == (200, b"")
    assert reply.headers["repr-digest"] == digest_field(sha256(b"").digest())


async def test_more_than_one_span_is_streamed_and_its_digest_is_known_then(nas: Nas, asker: Asker) -> None:
    content = CONTENT * 64 * 9 + b"end"
    entry = await nas.put(content)
    first = await asker.ask(at(entry))
    again = await asker.ask(at(entry), method="HEAD")
    assert (first.status, sha256(first.body).digest()) == (200, sha256(content).digest())
    assert "repr-digest" not in first.headers
    assert again.headers["repr-digest"] == digest_field(sha256(content).digest())


async def test_the_digest_of_a_file_is_found_by_reading_it_once(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    for _ in range(2):
        reply = await asker.ask(f"{at(entry)}/digest", {"If-Match": tag(entry)})
        told = wire_json(reply.body)
        assert (reply.status, told["hex"], told["etag"]) == (200, sha256(CONTENT).hexdigest(), tag(entry))
    assert nas.tier.opened == 1
    refused = await asker.ask(f"{at(entry)}/digest", {"If-Match": '"m-0000000000000000"'})
    assert refused.status == 412


async def test_what_is_not_here_is_not_found(nas: Nas, asker: Asker) -> None:
    foreign = await nas.put(CONTENT, owner=LAPTOP)
    nobodys = "/api/agent/transfer/0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f"
    replica = f"{at(await nas.put(CONTENT))}?target_name=vault"
    for target in (at(foreign), nobodys, replica):
        reply = await asker.ask(target)
        assert (reply.status, reply.code) == (404, "not_found")


async def test_what_is_gone_at_its_place_is_gone(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(CONTENT)
    (nas.root / "files" / "report.pdf").unlink()
    reply = await asker.ask(at(entry))
    assert (reply.status, reply.code) == (410, "source_gone")


async def test_a_parameter_that_nobody_knows_is_refused(nas: Nas, asker: Asker) -> None:
    reply = await asker.ask(f"{at(await nas.put(CONTENT))}?offset=1")
    assert (reply.status, reply.code) == (422, "validation_failed")
