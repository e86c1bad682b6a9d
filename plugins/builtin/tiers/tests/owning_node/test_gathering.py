"""Many small files of one node at once, also where that node lies, breaks off, or does not know what that is."""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import sha256

import msgspec
import pytest
import trio
import trio.testing
from msgspec import structs

from mosaicfs.model.entry import Entry
from mosaicfs.wire.parcels import Packed, line_of
from plugins.builtin.tiers.tests.owning_node.other_end import Asked, Nas, an_entry

pytestmark = pytest.mark.patient

CONTENTS = [bytes([number]) * (number * 700) for number in range(1, 6)]
Change = Callable[[list[Packed], list[bytes]], bytes]


def entries_of(contents: Sequence[bytes] = CONTENTS, **facts: object) -> list[Entry]:
    return [
        structs.replace(an_entry(content), file_id=f"file::0194f3d0-5b2e-7f41-8c90-{number:012x}", **facts)
        for number, content in enumerate(contents)
    ]


def honest(entries: Sequence[Entry], contents: Sequence[bytes] = CONTENTS) -> list[Packed]:
    return [
        Packed(each.file_id.removeprefix("file::"), len(content), sha256(content).hexdigest())
        for each, content in zip(entries, contents, strict=True)
    ]


def framed(body: bytes, status: str = "200 OK") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


def sending(raw: bytes, *, then_closes: bool = False) -> Callable[[Asked, trio.abc.Stream], Awaitable[None]]:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(raw)
        if then_closes:
            await stream.aclose()

    return answer


async def gathered(nas: Nas, entries: Sequence[Entry]) -> Mapping[str, bytes]:
    return await nas.tier.gather(entries)


def whole(entries: Sequence[Entry], packed: list[Packed] | None = None, contents: Sequence[bytes] = CONTENTS) -> bytes:
    return line_of(honest(entries) if packed is None else packed) + b"".join(contents)


async def test_what_comes_is_what_was_asked_for_by_one_question(nas: Nas) -> None:
    entries = entries_of()
    nas.answer = sending(framed(whole(entries)))
    assert await gathered(nas, entries) == {
        each.file_id: content for each, content in zip(entries, CONTENTS, strict=True)
    }
    assert [(each.method, each.target) for each in nas.asked] == [("POST", "/api/agent/transfer")]
    wish = json.loads(nas.asked[0].body)
    assert [each["id"] for each in wish["files"]] == [each.file_id.removeprefix("file::") for each in entries]


async def test_what_the_node_does_not_send_is_missing(nas: Nas) -> None:
    entries = entries_of()
    packed = honest(entries)
    packed[2] = Packed(packed[2].id, code="alone")
    nas.answer = sending(framed(whole(entries, packed, [*CONTENTS[:2], *CONTENTS[3:]])))
    found = await gathered(nas, entries)
    assert set(found) == {each.file_id for each in entries} - {entries[2].file_id}


@pytest.mark.parametrize("place", [0, 2, 4])
async def test_wrong_bytes_never_count(nas: Nas, place: int) -> None:
    entries = entries_of()
    contents = [bytes(len(each)) if number == place else each for number, each in enumerate(CONTENTS)]
    nas.answer = sending(framed(whole(entries, contents=contents)))
    assert entries[place].file_id not in await gathered(nas, entries)


async def test_wrong_bytes_with_their_right_digest_are_held_against_the_document(nas: Nas) -> None:
    right = entries_of(digest=f"sha256:{sha256(b'something else').hexdigest()}")
    nas.answer = sending(framed(whole(right)))
    assert await gathered(nas, right) == {}


async def test_a_file_of_another_length_never_counts(nas: Nas) -> None:
    entries = entries_of()
    contents = [b"short", *CONTENTS[1:]]
    nas.answer = sending(framed(whole(entries, honest(entries, contents), contents)))
    assert set(await gathered(nas, entries)) == {each.file_id for each in entries[1:]}


def fewer(packed: list[Packed], contents: list[bytes]) -> bytes:
    return line_of(packed[:-1]) + b"".join(contents[:-1])


def more(packed: list[Packed], contents: list[bytes]) -> bytes:
    return line_of([*packed, packed[-1]]) + b"".join([*contents, contents[-1]])


def in_another_order(packed: list[Packed], contents: list[bytes]) -> bytes:
    return line_of(packed[::-1]) + b"".join(contents[::-1])


def longer(packed: list[Packed], contents: list[bytes]) -> bytes:
    return line_of(packed) + b"".join(contents) + b"!"


def shorter(packed: list[Packed], contents: list[bytes]) -> bytes:
    return (line_of(packed) + b"".join(contents))[:-1]


def no_json(packed: list[Packed], contents: list[bytes]) -> bytes:
    return b"[}\n" + b"".join(contents)


def no_line(packed: list[Packed], contents: list[bytes]) -> bytes:
    return msgspec.json.encode(packed)


def sizes_below_zero(packed: list[Packed], contents: list[bytes]) -> bytes:
    line = line_of(packed).replace(b'"size":700', b'"size":-70')
    return line + b"".join(contents)


def sends_what_it_refuses(packed: list[Packed], contents: list[bytes]) -> bytes:
    return line_of([structs.replace(packed[0], code="alone"), *packed[1:]]) + b"".join(contents)


def nothing(packed: list[Packed], contents: list[bytes]) -> bytes:
    return b""


@pytest.mark.parametrize(
    "change",
    [
        fewer,
        more,
        in_another_order,
        longer,
        shorter,
        no_json,
        no_line,
        sizes_below_zero,
        sends_what_it_refuses,
        nothing,
    ],
)
async def test_an_answer_that_does_not_add_up_counts_for_nothing(nas: Nas, change: Change) -> None:
    entries = entries_of()
    nas.answer = sending(framed(change(honest(entries), CONTENTS)))
    assert await gathered(nas, entries) == {}


async def test_an_answer_that_is_cut_counts_for_nothing(nas: Nas) -> None:
    entries = entries_of()
    raw = framed(whole(entries))
    tier = nas.tier
    for border in (0, 1, 20, 60, 300, len(raw) // 2, len(raw) - 1):
        nas.answer = sending(raw[:border], then_closes=True)
        assert await tier.gather(entries) == {}


async def test_an_answer_without_an_end_is_not_waited_for(nas: Nas) -> None:
    entries = entries_of()
    most = sum(map(len, CONTENTS))
    nas.answer = sending(f"HTTP/1.1 200 OK\r\nContent-Length: {most * 100}\r\n\r\n".encode() + bytes(100_000))
    assert await gathered(nas, entries) == {}
    nas.answer = sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"5\r\nhello\r\n" * 1_000)
    assert await gathered(nas, entries) == {}


async def test_a_node_of_an_earlier_version_is_not_asked_again_and_again(nas: Nas) -> None:
    entries, tier = entries_of(), nas.tier
    nas.answer = sending(framed(b"{}", "404 Not Found"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(tier.work)
        await trio.testing.wait_all_tasks_blocked()
        for _ in range(3):
            assert await tier.gather(entries) == {}
        nursery.cancel_scope.cancel()
    assert len(nas.asked) == 1


async def test_a_node_that_cannot_be_reached_fails_nobody(nas: Nas) -> None:
    await nas.know("127.0.0.1:1")
    assert await gathered(nas, entries_of()) == {}
