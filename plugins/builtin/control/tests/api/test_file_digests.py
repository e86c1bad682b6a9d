"""Digests of files: known, found by a job, and the same whoever tells them."""

from __future__ import annotations

from hashlib import sha256

import httpx
import msgspec
import trio

from mosaicfs import errors
from mosaicfs_control.file_bytes.hashing import FileDigest
from plugins.builtin.control.tests.api.seeds import REPORT, REPORT_TAG, Put, file, file_id
from plugins.builtin.control.tests.api.shelf import CONTENT, DIGEST, FILM, FILM_URL, LARGE, URL, Shelf


async def test_invariant_5_every_way_to_the_digest_tells_the_same(api: httpx.AsyncClient, shelf: Shelf) -> None:
    started = await api.get(f"/api/files/{REPORT}/digest")
    assert started.status_code == 202
    job = started.json()
    assert job["kind"] == "digest"
    while job["state"] not in ("done", "failed"):
        job = (await api.get(started.headers["location"], params={"wait_s": "5"})).json()
    by_job = msgspec.convert(job["result"], FileDigest)
    asked = await api.get(f"/api/files/{REPORT}/digest", headers={"if-match": REPORT_TAG})
    by_question = msgspec.json.decode(asked.content, type=FileDigest)
    assert by_job == by_question
    assert (by_job.hex, by_job.repr_digest, by_job.origin) == (sha256(CONTENT).hexdigest(), DIGEST, "source")
    assert (by_job.size, by_job.etag) == (len(CONTENT), REPORT_TAG)
    for headers in ({}, {"range": "bytes=5-6"}):
        assert (await api.get(URL, headers=headers)).headers["repr-digest"] == DIGEST
    assert (await api.head(URL)).headers["repr-digest"] == DIGEST
    assert (await api.get(f"/api/files/{FILM}/digest", headers={"if-match": REPORT_TAG})).status_code == 412


async def test_whoever_got_it_all_may_ask_at_once(api: httpx.AsyncClient, shelf: Shelf) -> None:
    await api.get(FILM_URL, headers={"range": "bytes=0-"})
    found = (await api.get(f"/api/files/{FILM}/digest")).json()
    assert (found["origin"], found["hex"]) == ("stream", sha256(LARGE).hexdigest())


async def test_a_source_is_read_once_for_all_who_ask_for_its_digest(api: httpx.AsyncClient, shelf: Shelf) -> None:
    shelf.waits = trio.Event()
    started = [await api.get(f"/api/files/{REPORT}/digest") for _ in range(3)]
    assert len({each.json()["job_id"] for each in started}) == 1
    shelf.waits.set()
    await api.get(started[0].headers["location"], params={"wait_s": "5"})


async def test_a_digest_of_what_cannot_be_read_says_so_in_its_job(api: httpx.AsyncClient, shelf: Shelf) -> None:
    shelf.refusal = errors.DiskMissingError("/srv")
    started = await api.get(f"/api/files/{REPORT}/digest")
    job = started.json()
    while job["state"] not in ("done", "failed"):
        job = (await api.get(started.headers["location"], params={"wait_s": "5"})).json()
    assert [error["code"] for error in job["errors"]] == ["source_unavailable"]


async def test_a_digest_of_the_source_needs_no_reading(api: httpx.AsyncClient, shelf: Shelf, put: Put) -> None:
    told = sha256(CONTENT).hexdigest()
    await put({file_id(23): file("/home/ana/cloud.bin", size=len(CONTENT), digest=f"sha256:{told}")})
    found = (await api.get(f"/api/files/{file_id(23)}/digest")).json()
    assert (found["hex"], found["origin"]) == (told, "plugin")
    await put({file_id(24): file("/home/ana/other.bin", size=len(CONTENT), digest="md5:00")})
    assert (await api.head(f"/api/files/{file_id(24)}/content")).status_code == 200
