"""Many small files in one answer: those that are here as they were asked for, and of every other one why it is not."""

import os
from collections.abc import Sequence
from hashlib import sha256

import msgspec
import pytest

from mosaicfs.model.entry import Entry
from mosaicfs.wire.parcels import MOST_BYTES, MOST_FILES, MOST_OF_ONE, PARCELS, Packed, Wanted, Wish, unpacked
from plugins.builtin.transfer.tests.node import Asker, Nas, Reply, tag

pytestmark = pytest.mark.patient


def wish_of(entries: Sequence[Entry]) -> Wish:
    return Wish(tuple(Wanted(each.file_id.removeprefix("file::"), tag(each)) for each in entries))


async def ask(asker: Asker, wish: Wish) -> Reply:
    return await asker.ask(PARCELS, method="POST", body=msgspec.json.encode(wish))


def told(reply: Reply) -> list[Packed]:
    assert reply.status == 200, reply.body
    return msgspec.json.decode(reply.body.partition(b"\n")[0], type=list[Packed])


async def test_all_come_in_one_answer_in_the_order_of_the_question(nas: Nas, asker: Asker) -> None:
    contents = [os.urandom(size) for size in (0, 1, 20_000, MOST_OF_ONE, 3)]
    entries = [await nas.put(content, f"{number}.bin") for number, content in enumerate(contents)]
    wish = wish_of(entries)
    reply = await ask(asker, wish)
    found = unpacked(wish, memoryview(reply.body))
    assert [bytes(each.content) for each in found] == contents
    assert [each.sha256 for each in found] == [sha256(content).hexdigest() for content in contents]
    assert int(reply.headers["content-length"]) == len(reply.body)


async def test_what_does_not_come_is_named_and_leaves_no_gap(nas: Nas, asker: Asker) -> None:
    contents = [bytes([number]) * 1_000 for number in range(5)]
    entries = [await nas.put(content, f"{number}.bin") for number, content in enumerate(contents)]
    others = await nas.put(b"of somebody else", "other.bin", owner="node-desktop")
    (nas.root / "files" / "1.bin").unlink()
    (nas.root / "files" / "2.bin").write_bytes(b"longer than it was" * 100)
    older = msgspec.structs.replace(entries[3], mtime="2020-01-15T14:30:00.123456Z")
    wish = wish_of([entries[0], entries[1], entries[2], older, others, entries[4]])
    reply = await ask(asker, wish)
    assert [each.code for each in told(reply)] == ["", "alone", "alone", "precondition_failed", "alone", ""]
    found = unpacked(wish, memoryview(reply.body))
    assert [bytes(each.content) for each in found] == [contents[0], contents[4]]


async def test_no_parcel_is_larger_than_it_may_be(nas: Nas, asker: Asker) -> None:
    content = os.urandom(MOST_OF_ONE)
    entries = [await nas.put(content, f"{number}.bin") for number in range(MOST_BYTES // MOST_OF_ONE + 1)]
    large = await nas.put(content + b"!", "large.bin")
    codes = [each.code for each in told(await ask(asker, wish_of([large, *entries])))]
    assert codes == ["alone", *[""] * (len(entries) - 1), "alone"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"files": []}',
        b'{"files": [{"id": "../../etc/passwd", "etag": "x"}]}',
        msgspec.json.encode(Wish((Wanted("0194f3d0-5b2e-7f41-8c90-6a1b2c3d4e5f", "x"),) * (MOST_FILES + 1))),
    ],
)
async def test_what_is_no_wish_is_refused(nas: Nas, asker: Asker, body: bytes) -> None:
    reply = await asker.ask(PARCELS, method="POST", body=body)
    assert reply.status in (400, 422)


async def test_it_is_asked_for_with_a_signature_over_the_wish(nas: Nas, asker: Asker) -> None:
    entry = await nas.put(b"secret")
    wish = msgspec.json.encode(wish_of([entry]))
    other = asker.signed(PARCELS, "POST", b"another wish")
    assert (await asker.ask(PARCELS, method="POST", body=wish, authorization=other)).status == 401
    assert (await asker.ask(PARCELS, method="POST", body=wish, authorization="")).status == 401
    assert (await asker.ask(PARCELS, method="GET")).status == 405
    assert (await asker.ask(f"{PARCELS}?all=1", method="POST", body=wish)).status == 422
    assert nas.tier.opened == 0
