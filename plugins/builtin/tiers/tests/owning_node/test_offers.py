"""When the tier offers, what a refusal means for the reader, and files whose size nobody knows."""

import msgspec
import pytest
import trio

from mosaicfs.errors import (
    AccessRefusedError,
    ArchivedError,
    DigestMismatchError,
    DiskMissingError,
    EntryChangedError,
    EntryGoneError,
    EntryUnreadableError,
    MosaicError,
    PathRefusedError,
    PeerGarbledError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from plugins.builtin.tiers.tests.owning_node.other_end import CONTENT, LAPTOP, Asked, Nas, an_entry, honest, tag_of


async def test_the_owner_is_offered_with_its_name_and_for_the_cache(nas: Nas) -> None:
    offer = await nas.tier.offer(an_entry())
    assert offer is not None
    assert (offer.cost, offer.network, offer.keep, offer.where) == (600, True, True, "node-nas")
    assert "NAS" in offer.reason


async def test_an_owner_that_is_offline_is_the_last_thing_tried(nas: Nas) -> None:
    await nas.know("127.0.0.1:1", status="offline")
    offer = await nas.tier.offer(an_entry())
    assert offer is not None
    assert (offer.cost, "last heard of" in offer.reason) == (950, True)


@pytest.mark.parametrize("changed", [{"transfer": None}, {"status": "disabled"}, {"role": "peer"}])
async def test_who_must_not_or_cannot_be_asked_is_not_offered(nas: Nas, changed: dict[str, object]) -> None:
    await nas.know("127.0.0.1:1", **changed)
    assert await nas.tier.offer(an_entry()) is None


async def test_own_files_and_those_of_unknown_nodes_are_not_offered(nas: Nas) -> None:
    for owner in (LAPTOP, "node-unknown"):
        assert await nas.tier.offer(msgspec.structs.replace(an_entry(), node_id=owner)) is None


async def test_a_machine_without_keys_offers_nothing(nas: Nas) -> None:
    (nas.kernel.places.state_dir / "keys" / "node.key").unlink()
    assert await nas.tier.offer(an_entry()) is None


REFUSALS: list[tuple[int, str, str, type[MosaicError]]] = [
    (412, "precondition_failed", "", EntryChangedError),
    (503, "source_changed", "changed", EntryChangedError),
    (404, "not_found", "", EntryGoneError),
    (410, "source_gone", "gone", EntryGoneError),
    (401, "unauthorized", "", AccessRefusedError),
    (401, "clock_skew", "", AccessRefusedError),
    (403, "forbidden", "", AccessRefusedError),
    (403, "path_refused", "path_refused", PathRefusedError),
    (503, "source_unavailable", "disk_missing", DiskMissingError),
    (503, "source_unavailable", "archived", ArchivedError),
    (503, "source_unavailable", "access_refused", AccessRefusedError),
    (503, "source_unavailable", "source_busy", ThrottledError),
    (503, "source_unavailable", "source_offline", SourceUnavailableError),
    (503, "shutting_down", "", SourceUnavailableError),
    (502, "source_failed", "digest_mismatch", DigestMismatchError),
    (502, "source_failed", "plugin_failed", EntryUnreadableError),
    (504, "timeout", "source_timeout", TimedOutError),
    (500, "internal", "", PeerGarbledError),
]


@pytest.mark.parametrize(("status", "code", "reason", "error"), REFUSALS)
async def test_a_refusal_is_the_error_that_the_node_met(
    nas: Nas, status: int, code: str, reason: str, error: type[MosaicError]
) -> None:
    detail = {"detail": {"reason": reason}} if reason else {}

    async def refuse(asked: Asked, stream: trio.abc.Stream) -> None:
        body = msgspec.json.encode({"error": {"code": code, "message": "no", **detail}})
        head = f"HTTP/1.1 {status} No\r\nContent-Length: {len(body)}\r\n\r\n"
        await stream.send_all(head.encode() + body)

    nas.answer = refuse
    with pytest.raises(error) as raised:
        await nas.read()
    assert type(raised.value) is error
    assert len(nas.asked) == 1


@pytest.mark.parametrize("garbage", [b"", b"<html>", b"[]", b'{"error": 5}'])
async def test_a_refusal_that_nobody_can_read_is_understood_by_its_status(nas: Nas, garbage: bytes) -> None:
    async def refuse(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(f"HTTP/1.1 503 No\r\nContent-Length: {len(garbage)}\r\n\r\n".encode() + garbage)

    nas.answer = refuse
    with pytest.raises(SourceUnavailableError):
        await nas.read()


async def test_a_busy_node_is_waited_for_as_long_as_it_says_if_that_is_not_long(nas: Nas) -> None:
    async def busy_once(asked: Asked, stream: trio.abc.Stream) -> None:
        busy = b"HTTP/1.1 429 No\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n"
        await stream.send_all(busy if len(nas.asked) == 1 else honest(asked).raw)

    nas.answer = busy_once
    assert await nas.read() == CONTENT


async def test_a_node_that_is_busy_for_long_is_passed_over(nas: Nas) -> None:
    async def busy(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(b"HTTP/1.1 429 No\r\nRetry-After: 60\r\nContent-Length: 0\r\n\r\n")

    nas.answer = busy
    with pytest.raises(ThrottledError) as raised:
        await nas.read()
    assert raised.value.retry_after_s == 60


async def test_every_request_names_the_version_that_it_wants(nas: Nas) -> None:
    await nas.read()
    assert [asked.headers["if-match"] for asked in nas.asked] == [tag_of(an_entry())]


@pytest.mark.parametrize("content", [b"", b"x", CONTENT, bytes(range(256)) * 5_000], ids=len)
async def test_a_file_of_unknown_size_has_that_of_the_first_answer_and_keeps_to_its_version(
    nas: Nas, content: bytes
) -> None:
    entry = an_entry(size_known=False)

    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(honest(asked, content, tag_of(entry, len(content))).raw)

    nas.answer, tier = answer, nas.tier
    offer = await tier.offer(entry)
    assert offer is not None
    handle = await tier.open(entry, offer)
    assert handle.size == len(content)
    assert await handle.read(0, len(content) + 10) == content
    await handle.close()
    assert "if-match" not in nas.asked[0].headers
    assert all(asked.headers["if-match"] == tag_of(entry, len(content)) for asked in nas.asked[1:])
