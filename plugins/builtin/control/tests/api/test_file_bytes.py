"""The bytes of files over HTTP: numbers as in the page on security, section 16, and of what must hold in the API."""

from __future__ import annotations

from hashlib import sha256
from itertools import pairwise
from random import Random
from typing import Any

import httpx
import msgspec
import pytest
import trio

from mosaicfs import errors
from mosaicfs.errors import MosaicError
from mosaicfs.model.ids import access_id
from mosaicfs.model.json import Json
from mosaicfs_control.rest.routing import Instance
from mosaicfs_control.routes.api.file_bytes import LastAccess
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, REPORT_TAG, Put, file, file_id
from plugins.builtin.control.tests.api.shelf import CONTENT, DIGEST, FILM, FILM_URL, LARGE, URL, Shelf, refusal, until


async def test_a_file_comes_whole_with_all_that_is_known_of_it(
    api: httpx.AsyncClient, shelf: Shelf, accesses: list[str]
) -> None:
    answer = await api.get(URL, headers={"accept-encoding": "gzip"})
    assert (answer.status_code, answer.content) == (200, CONTENT)
    told = dict(answer.headers)
    assert told["etag"] == REPORT_TAG
    assert told["content-length"] == str(len(CONTENT))
    assert told["content-type"] == "application/pdf"
    assert told["last-modified"] == "Thu, 15 Jan 2026 14:30:00 GMT"
    assert told["accept-ranges"] == "bytes"
    assert told["cache-control"] == "private, no-cache"
    assert "content-encoding" not in told
    assert "repr-digest" not in told, "nobody knew it when the answer began"
    await until(lambda: accesses == [REPORT])


async def test_a_head_is_the_same_without_bytes_or_source(
    api: httpx.AsyncClient, shelf: Shelf, accesses: list[str]
) -> None:
    whole, head = await api.get(URL), await api.head(URL)
    await until(lambda: accesses == [REPORT])
    differing = {"date", "x-request-id", "repr-digest"}
    told = [{name: each.headers[name] for name in each.headers.keys() - differing} for each in (whole, head)]
    assert told[0] == told[1]
    assert head.headers["repr-digest"] == DIGEST
    assert (head.content, accesses) == (b"", [REPORT])
    shelf.contents.clear()
    assert (await api.head(URL)).status_code == 200


async def test_invariant_4_any_range_is_that_slice_and_all_of_them_have_the_digest(
    api: httpx.AsyncClient, shelf: Shelf
) -> None:
    random, size = Random(9), len(LARGE)
    for _ in range(40):
        first = random.randrange(size)
        last = min(size - 1, first + random.choice((0, 1, 1 << 10, 1 << 20, (1 << 20) + 1, size)))
        answer = await api.get(FILM_URL, headers={"range": f"bytes={first}-{last}"})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.content == LARGE[first : last + 1]
    cuts = sorted({0, size, *(random.randrange(size) for _ in range(9))})
    found = sha256()
    for first, end in pairwise(cuts):
        found.update((await api.get(FILM_URL, headers={"range": f"bytes={first}-{end - 1}"})).content)
    assert found.digest() == sha256(LARGE).digest()
    assert max(length for _, length in shelf.reads) == 1 << 20


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-0", 206, CONTENT[:1]),
        ("bytes=204799-", 206, CONTENT[-1:]),
        ("bytes=-5", 206, CONTENT[-5:]),
        ("bytes=-999999999999", 206, CONTENT),
        ("bytes=10-9999999999999999999", 206, CONTENT[10:]),
        ("bytes=204800-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-1,5-6", 416, None),
        ("bytes=0-1,0-1", 416, None),
        ("bytes=" + ",".join(f"{at}-{at}" for at in range(1_000)), 416, None),
        ("bytes=5-1", 200, CONTENT),
        ("bytes=-1-5", 200, CONTENT),
        ("bytes=99999999999999999999999-", 200, CONTENT),
        ("lines=1-2", 200, CONTENT),
    ],
)
async def test_attack_29_ranges_of_every_kind_cost_no_more_than_the_file(
    api: httpx.AsyncClient, shelf: Shelf, asked: str, status: int, content: bytes | None
) -> None:
    answer = await api.get(URL, headers={"range": asked})
    assert answer.status_code == status
    if content is not None:
        assert answer.content == content
    else:
        assert refusal(answer)[1] == "range_not_satisfiable"
        assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"
        assert shelf.reads == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": REPORT_TAG}, 304),
        ({"if-none-match": f'"x", W/{REPORT_TAG}'}, 304),
        ({"if-none-match": '"x"'}, 200),
        ({"if-match": REPORT_TAG, "range": "bytes=0-4"}, 206),
        ({"if-match": '"x"'}, 412),
        ({"if-range": REPORT_TAG, "range": "bytes=0-4"}, 206),
        ({"if-range": '"x"', "range": "bytes=0-4"}, 200),
        ({"if-range": "Thu, 15 Jan 2026 14:30:00 GMT", "range": "bytes=0-4"}, 200),
    ],
)
async def test_conditions_are_about_the_version(
    api: httpx.AsyncClient, shelf: Shelf, accesses: list[str], headers: dict[str, str], status: int
) -> None:
    answer = await api.get(URL, headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == REPORT_TAG
    await until(lambda: len(accesses) == (status < 300))  # only who got a byte has read
    if status == 412:
        assert refusal(answer) == (412, "precondition_failed", "changed")


async def test_an_empty_file_is_an_answer_without_bytes(
    api: httpx.AsyncClient, shelf: Shelf, put: Put, accesses: list[str]
) -> None:
    await put({file_id(21): file("/home/ana/empty", size=0)})
    shelf.contents[file_id(21)] = b""
    answer = await api.get(f"/api/files/{file_id(21)}/content")
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert accesses == []


async def test_a_file_of_unknown_size_has_the_size_that_came(api: httpx.AsyncClient, shelf: Shelf, put: Put) -> None:
    odd = file("/home/ana/sheet.csv", size=0)
    await put({file_id(22): {**odd, "source": {**odd["source"], "size_known": False}}})  # type: ignore[dict-item]
    shelf.contents[file_id(22)] = CONTENT
    path = f"/api/files/{file_id(22)}/content"
    head, whole = await api.head(path), await api.get(path)
    assert "content-length" not in head.headers
    assert whole.content == CONTENT
    part = await api.get(path, headers={"range": "bytes=5-9", "if-range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, CONTENT[5:10])


async def test_what_is_gone_and_what_never_was(api: httpx.AsyncClient, shelf: Shelf) -> None:
    for kind in ("content", "digest", "token"):
        assert refusal(await api.get(f"/api/files/{file_id(4)}/{kind}")) == (410, "source_gone", "gone")
        assert refusal(await api.get(f"/api/files/{file_id(99)}/{kind}"))[:2] == (404, "not_found")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (errors.SourceUnavailableError("nas"), (503, "source_unavailable", "source_offline")),
        (errors.DiskMissingError("/srv"), (503, "source_unavailable", "disk_missing")),
        (errors.NoNetworkError(REPORT), (503, "source_unavailable", "no_network")),
        (errors.TimedOutError("it", 15), (504, "timeout", "source_timeout")),
        (errors.PathRefusedError("/etc/shadow", "it lies outside"), (403, "path_refused", "path_refused")),
        (errors.AccessRefusedError("it"), (503, "source_unavailable", "access_refused")),
        (errors.SignInNeededError("Drive"), (503, "source_unavailable", "sign_in_needed")),
        (errors.QuotaFullError("Drive"), (503, "source_unavailable", "quota_full")),
        (errors.ArchivedError("it"), (503, "source_unavailable", "archived")),
        (errors.OptionsError("p", "wrong"), (503, "source_unavailable", "misconfigured")),
        (errors.EntryGoneError(REPORT), (410, "source_gone", "gone")),
        (errors.DigestMismatchError(REPORT, "nas"), (502, "source_failed", "digest_mismatch")),
        (errors.PluginBrokenError("p", "x"), (502, "source_failed", "plugin_failed")),
        (errors.ThrottledError("Drive", 40), (503, "source_unavailable", "source_busy")),
        (errors.TooManyReadsError(9), (429, "rate_limited", "too_many_reads")),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_each_trouble_has_its_code_and_its_word(
    api: httpx.AsyncClient, shelf: Shelf, accesses: list[str], error: MosaicError, expected: tuple[int, str, str]
) -> None:
    shelf.refusal = error
    answer = await api.get(URL)
    assert refusal(answer) == expected
    assert "/etc/shadow" not in answer.text
    if expected[1] == "source_unavailable":
        assert answer.json()["error"]["detail"]["copies"][0]["where"] == HERE
        assert int(answer.headers["retry-after"]) == (40 if "busy" in expected[2] else 5)
    shelf.refusal, shelf.fault = None, lambda at: error
    assert refusal(await api.get(URL)) == expected, "the first read is before the status, too"
    assert accesses == []


async def test_a_source_that_is_away_is_named_with_since_when(api: httpx.AsyncClient, shelf: Shelf) -> None:
    detail = (await api.get(f"/api/files/{file_id(3)}/content")).json()["error"]["detail"]
    assert (detail["node_id"], detail["since"]) == ("node-nas", "2026-01-15T14:30:00Z")


@pytest.mark.parametrize("at", [1 << 20, 3 << 20])
async def test_invariant_4_a_source_that_breaks_in_the_middle_cuts_the_answer(
    api: httpx.AsyncClient, shelf: Shelf, accesses: list[str], at: int
) -> None:
    shelf.fault = lambda offset: errors.SourceUnavailableError("nas") if offset >= at else None
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get(FILM_URL)
    assert accesses == [FILM]
    shelf.fault = lambda offset: None
    head = await api.head(FILM_URL)
    assert "repr-digest" not in head.headers, "half a file has no digest"
    assert (await api.get(FILM_URL)).content == LARGE, "the next connection is as good as new"


async def test_a_file_that_changes_meanwhile_is_never_sent_to_its_end(api: httpx.AsyncClient, shelf: Shelf) -> None:
    shelf.changes_at = 3 << 20
    with pytest.raises(httpx.RemoteProtocolError):
        await api.get(FILM_URL)
    shelf.changes_at = 0
    assert refusal(await api.get(FILM_URL)) == (503, "source_changed", "changed")


async def test_a_document_that_changes_meanwhile_ends_the_answer(
    api: httpx.AsyncClient, shelf: Shelf, put: Put
) -> None:
    shelf.waits = trio.Event()
    broken = False
    async with trio.open_nursery() as nursery:

        async def read() -> None:
            nonlocal broken
            answer = await api.get(FILM_URL)
            broken = refusal(answer)[1] == "source_changed"

        nursery.start_soon(read)
        await until(lambda: shelf.open_now == 1)
        await put({FILM: file("/home/ana/film.mkv", size=len(LARGE) + 1)})
        await trio.sleep(0.1)
        shelf.waits.set()
    assert broken


async def test_another_copy_takes_over_in_the_middle(api: httpx.AsyncClient, shelf: Shelf, instance: Instance) -> None:
    content: Any = instance.kernel.content
    second = Shelf("replica", 700, network=True, contents={FILM: LARGE}, where="offsite")
    shelf.fault = lambda offset: errors.SourceUnavailableError("disk") if offset >= 1 << 20 else None
    content.tiers = [shelf, second]
    assert (await api.get(FILM_URL)).content == LARGE
    assert second.reads[0][0] == 1 << 20


async def test_when_a_file_was_read_is_shown_once_it_is_written_down(api: httpx.AsyncClient, put: Put) -> None:
    assert refusal(await api.get(f"/api/files/{REPORT}/access"))[:2] == (404, "not_found")
    document = access_id(REPORT.removeprefix("file::"))
    told: dict[str, Json] = {"file_id": REPORT, "last_access": "2026-01-15T14:30:00Z", "access_count": 3}
    await put({document: {"type": "access", "source": {"node_id": "control_plane"}, **told}})
    answer = await api.get(f"/api/files/{REPORT.removeprefix('file::')}/access")
    assert msgspec.to_builtins(msgspec.json.decode(answer.content, type=LastAccess)) == told
