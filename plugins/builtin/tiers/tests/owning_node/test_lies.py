"""Nodes that lie, break off, stall or never end. No read ever gives a wrong byte."""

from collections.abc import Awaitable, Callable
from hashlib import sha256

import pytest
import trio

from mosaicfs.errors import (
    DigestMismatchError,
    EntryChangedError,
    MosaicError,
    PeerGarbledError,
    SourceUnavailableError,
    TimedOutError,
)
from plugins.builtin.tiers.tests.owning_node.other_end import (
    CONTENT,
    LARGE,
    LONG_S,
    Asked,
    Nas,
    Told,
    an_entry,
    honest,
    tag_of,
)

pytestmark = pytest.mark.patient


def always(change: Callable[[Told], bytes]) -> Callable[[Asked, trio.abc.Stream], Awaitable[None]]:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        await stream.send_all(change(honest(asked)))
        await stream.aclose()

    return answer


def breaking_once(content: bytes, border: int) -> Callable[[Asked, trio.abc.Stream], Awaitable[None]]:
    """After so many bytes of the first answer that has more than one."""
    broken: list[int] = []

    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked, content)
        if len(told.body) > 1 and not broken:
            broken.append(border)
            await stream.send_all(told.head + told.body[:border])
            await stream.aclose()
        else:
            await stream.send_all(told.raw)

    return answer


def wrong_bytes(told: Told) -> bytes:
    return told.head + bytes(len(told.body))


def no_digest(told: Told) -> bytes:
    told.headers = {name: value for name, value in told.headers.items() if "Digest" not in name}
    return told.raw


def no_sense_digest(told: Told) -> bytes:
    told.headers = {n: "sha-256=:AAAA:" if "Digest" in n else v for n, v in told.headers.items()}
    return told.raw


def shorter(told: Told) -> bytes:
    told.headers["Content-Length"] = str(len(told.body) - 1)
    return told.head + told.body[:-1]


def longer(told: Told) -> bytes:
    told.headers["Content-Length"] = str(len(told.body) + 1)
    return told.raw + b"!"


def chunked_longer(told: Told) -> bytes:
    del told.headers["Content-Length"]
    told.headers["Transfer-Encoding"] = "chunked"
    body = told.body + b"!"
    return told.head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"


def packed(told: Told) -> bytes:
    told.headers["Content-Encoding"] = "gzip"
    return told.raw


def no_http(_: Told) -> bytes:
    return b"220 mail.example ESMTP\r\n" * 3


def redirect(told: Told) -> bytes:
    return b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize("lie", [wrong_bytes, no_digest, no_sense_digest])
async def test_bytes_without_their_digest_are_asked_for_once_more_and_then_given_up(
    nas: Nas, lie: Callable[[Told], bytes]
) -> None:
    nas.answer = always(lie)
    with pytest.raises(DigestMismatchError, match="NAS"):
        await nas.read()
    assert len(nas.asked) == 2


async def test_bytes_that_are_right_the_second_time_are_read(nas: Nas) -> None:
    async def once(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked)
        await stream.send_all(wrong_bytes(told) if len(nas.asked) == 1 else told.raw)

    nas.answer = once
    assert await nas.read() == CONTENT


@pytest.mark.parametrize("lie", [shorter, longer, chunked_longer, packed, redirect])
async def test_another_length_or_form_than_promised_is_no_answer(nas: Nas, lie: Callable[[Told], bytes]) -> None:
    nas.answer = always(lie)
    with pytest.raises((PeerGarbledError, EntryChangedError)):
        await nas.read()


async def test_what_is_no_http_breaks_off(nas: Nas) -> None:
    nas.answer = always(no_http)
    with pytest.raises(SourceUnavailableError):
        await nas.read()


async def test_bytes_of_another_file_are_not_taken(nas: Nas) -> None:
    other = b"x" * len(CONTENT)

    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(Asked(asked.method, asked.target, {}), other, '"m-ffffffffffffffff"')
        await stream.send_all(told.raw)

    nas.answer = answer
    with pytest.raises(EntryChangedError):
        await nas.read()


async def test_bytes_that_their_node_is_mistaken_in_are_found_out_by_the_document(nas: Nas) -> None:
    entry = an_entry(digest=f"sha256:{sha256(b'what it should be').hexdigest()}")
    with pytest.raises(DigestMismatchError):
        await nas.read(entry=entry)


async def test_another_part_than_the_one_asked_for_is_not_taken(nas: Nas) -> None:
    entry = an_entry(LARGE)

    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        if asked.start:
            asked = Asked(asked.method, asked.target, asked.headers | {"range": "bytes=0-99"})
        await stream.send_all(honest(asked, LARGE).raw)

    nas.answer = answer
    with pytest.raises(PeerGarbledError):
        await nas.read(100, 100, entry)


async def test_an_answer_without_end_is_given_up_after_what_was_asked_for(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked)
        del told.headers["Content-Length"]
        told.headers["Transfer-Encoding"] = "chunked"
        await stream.send_all(told.head)
        while True:
            await stream.send_all(b"400\r\n" + bytes(1024) + b"\r\n")

    nas.answer = answer
    with trio.fail_after(30), pytest.raises(MosaicError):
        await nas.read()


@pytest.mark.parametrize("content", [CONTENT, LARGE], ids=["opened with", "read later"])
async def test_a_break_at_every_border_goes_on_with_the_digest_of_an_unbroken_answer(nas: Nas, content: bytes) -> None:
    entry, wanted = an_entry(content), min(len(content), 5_120)
    for border in [0, 1, 1_023, 1_024, 2_048, 4_096, 5_119]:
        nas.answer, nas.asked = breaking_once(content, border), []
        assert sha256(await nas.read(0, wanted, entry)).digest() == sha256(content[:wanted]).digest()
        assert nas.asked[-1].start == border
        assert len(nas.asked) == (2 if content == CONTENT else 3)


async def test_what_breaks_off_again_and_again_is_unavailable(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked)
        await stream.send_all(told.head + told.body[:100])
        await stream.aclose()

    nas.answer = answer
    with pytest.raises(SourceUnavailableError, match="NAS"):
        await nas.read()
    assert [asked.start for asked in nas.asked] == [0, 100, 200]


async def test_a_wrong_rest_makes_all_of_it_wrong(nas: Nas) -> None:
    """Also where the node gives the rest a digest that fits it: the first answer has said what all of it is."""

    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked)
        if asked.start:
            lie = honest(asked, CONTENT[:100] + bytes(len(CONTENT) - 100), tag_of(an_entry()))
            await stream.send_all(lie.raw)
        else:
            await stream.send_all(told.head + told.body[:100])
            await stream.aclose()

    nas.answer = answer
    with pytest.raises(DigestMismatchError):
        await nas.read()


async def test_a_file_that_changes_while_it_is_sent_is_never_put_together_from_two_versions(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        if asked.start:
            await stream.send_all(honest(asked, CONTENT, '"m-ffffffffffffffff"').raw)
        else:
            told = honest(asked)
            await stream.send_all(told.head + told.body[:100])
            await stream.aclose()

    nas.answer = answer
    with pytest.raises(EntryChangedError):
        await nas.read()


async def test_who_never_answers_is_given_up_at_once(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        await trio.sleep_forever()

    nas.answer, nas.patience.first_byte_s = answer, 0.5
    with trio.fail_after(LONG_S), pytest.raises(TimedOutError):
        await nas.read()
    assert len(nas.asked) == 1


async def test_who_falls_silent_is_asked_once_more_for_the_rest(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        told = honest(asked)
        await stream.send_all(told.head + told.body[:64])
        await trio.sleep_forever()

    nas.answer, nas.patience.silence_s = answer, 0.5
    with trio.fail_after(LONG_S), pytest.raises(TimedOutError):
        await nas.read()
    assert [asked.start for asked in nas.asked] == [0, 64]


async def test_a_slow_node_is_only_slow(nas: Nas) -> None:
    async def answer(asked: Asked, stream: trio.abc.Stream) -> None:
        raw = honest(asked).raw
        for begin in range(0, len(raw), 700):
            await trio.sleep(0.02)
            await stream.send_all(raw[begin : begin + 700])

    nas.answer = answer
    assert await nas.read() == CONTENT
