"""Who may read bytes: by a link, by a key, and how many at once; numbers as in the page on security, section 16."""

from __future__ import annotations

from typing import Any

import httpx
import trio

from mosaicfs_control.auth.principal import OWNER
from mosaicfs_control.rest.routing import Instance
from plugins.builtin.control.tests.api.seeds import REPORT, file_id
from plugins.builtin.control.tests.api.shelf import CONTENT, FILM, URL, Shelf, refusal, until
from plugins.builtin.control.tests.api.test_front import Signing, key


async def test_attack_17_a_link_reads_one_file_and_nothing_else(
    api: httpx.AsyncClient, network: httpx.AsyncClient, shelf: Shelf, clock: Any, accesses: list[str]
) -> None:
    made = (await api.get(f"/api/files/{REPORT}/token", params={"disposition": "inline"})).json()
    assert made["expires_in_s"] == 7200
    assert (await network.get(made["url"])).content == CONTENT
    assert (await network.get(made["url"], headers={"range": "bytes=5-9"})).content == CONTENT[5:10]
    assert (await network.head(made["url"])).status_code == 200
    await until(lambda: accesses == [REPORT, REPORT])
    other = f"/api/files/{FILM}/download?token={made['token']}"
    last = made["url"].replace("&", "0&") if "&" in made["url"] else made["url"] + "0"
    for url in (other, last, f"/api/files/{REPORT}/download", f"/api/files/{file_id(99)}/download?token=x"):
        assert refusal(await network.get(url))[:2] == (401, "unauthorized"), url
    for method in ("POST", "PUT", "DELETE"):
        answer = await network.request(method, made["url"])
        assert refusal(answer)[:2] == (405, "not_supported")
        assert answer.headers["allow"] == "GET, HEAD"
    clock.turn(7_201)
    assert refusal(await network.get(made["url"]))[:2] == (401, "token_expired")


async def test_attack_17_a_link_ends_with_the_sign_in_also_in_the_middle(
    network: httpx.AsyncClient, instance: Instance, shelf: Shelf
) -> None:
    made = await key(instance, "read")
    auth = Signing(made, instance.auth.instance_id)
    url = (await network.get(f"/api/files/{FILM}/token", auth=auth)).json()["url"]
    shelf.waits = trio.Event()
    ended = None
    async with trio.open_nursery() as nursery:

        async def read() -> None:
            nonlocal ended
            ended = (await network.get(url)).status_code

        nursery.start_soon(read)
        await until(lambda: shelf.open_now == 1)
        await instance.auth.credentials.change(made.credential.access_key_id, enabled=False)
    assert ended == 401
    assert refusal(await network.get(url))[:2] == (401, "unauthorized")


async def test_a_page_full_of_pictures_is_not_a_flood(
    api: httpx.AsyncClient, network: httpx.AsyncClient, shelf: Shelf
) -> None:
    url = (await api.get(f"/api/files/{REPORT}/token")).json()["url"]
    found = [(await network.get(url, headers={"range": "bytes=0-0"})).status_code for _ in range(30)]
    assert found == [206] * 30


async def test_making_a_link_is_written_down(api: httpx.AsyncClient, instance: Instance, shelf: Shelf) -> None:
    made = (await api.get(f"/api/files/{REPORT}/token")).json()
    told = (await api.get("/api/system/audit", params={"event": "download_token_issued"})).text
    assert REPORT in told
    assert made["token"] not in told


async def test_who_may_read_may_read_bytes_and_who_shows_nothing_may_not(
    network: httpx.AsyncClient, instance: Instance, shelf: Shelf
) -> None:
    auth = Signing(await key(instance, "read"), instance.auth.instance_id)
    assert (await network.get(URL, auth=auth)).content == CONTENT
    for path in ("content", "digest", "token", "access"):
        assert refusal(await network.get(f"/api/files/{REPORT}/{path}"))[:2] == (401, "unauthorized")


async def test_one_caller_has_32_downloads_at_once(api: httpx.AsyncClient, instance: Instance, shelf: Shelf) -> None:
    with instance.auth.limits.place("downloads", OWNER.name):
        shelf.waits, answers = trio.Event(), []
        async with trio.open_nursery() as nursery:

            async def read() -> None:
                answers.append((await api.get(URL)).status_code)

            for _ in range(31):
                nursery.start_soon(read)
            await until(lambda: shelf.open_now == 31)
            limited = await api.get(URL)
            assert refusal(limited)[1] == "rate_limited"
            assert limited.headers["retry-after"] == "1"
            shelf.waits.set()
        assert answers == [200] * 31
