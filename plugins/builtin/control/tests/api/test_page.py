"""The web page as it is served: from its own build, to anybody who calls us by our name, and never anything else."""

from __future__ import annotations

import gzip
import os
from collections.abc import AsyncIterator
from pathlib import Path

import h11
import httpx
import pytest
import trio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mosaicfs import Listener
from mosaicfs_control.entrance import Entrance
from mosaicfs_control.front import Front, Surfaces
from mosaicfs_control.hosts import Hosts, Proxies
from mosaicfs_control.page.build import Build
from mosaicfs_control.page.headers import OF_FRAME, OF_PAGE
from mosaicfs_control.page.surface import PageSurface, is_of_page, name_in
from mosaicfs_control.rest.surface import RestSurface
from mosaicfs_control.serving import Server, opened_doors
from mosaicfs_control.surface import ReplicationSurface
from plugins.builtin.control.tests.api.conftest import Served, run

SCRIPT = "/assets/index-B3xYz.js"
FILES = {
    "/index.html": "<!doctype html><title>MosaicFS</title>",
    SCRIPT: "console.log('page')" * 50,
    "/assets/inter.woff2": "font",
    "/preview/frame.html": "<!doctype html><title>frame</title>",
    "/preview/frame.js": "parent.postMessage(1)",
    "/sw.js": "self.skipWaiting()",
    "/manifest.webmanifest": "{}",
    "/icon.svg": "<svg/>",
}
DOCUMENT = {"accept": "text/html,*/*;q=0.8"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As the build leaves it, packed copies and what nobody may see included."""
    made = tmp_path / "web"
    for name, text in FILES.items():
        path = made / name[1:]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = made / SCRIPT[1:]
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(script.read_bytes()))
    script.with_name(script.name + ".br").write_bytes(b"as brotli packs it")
    (made / "assets" / "index-B3xYz.js.map").write_text("the source")
    (tmp_path / "secret.txt").write_text("outside")
    return made


@pytest.fixture
async def page(folder: Path, served: Served, nursery: trio.Nursery) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that follows nothing by itself."""
    instance = served.instance
    surfaces = Surfaces(
        ReplicationSurface(instance.kernel.store, instance.stopping, instance.auth.endings),
        RestSurface(instance),
        page=PageSurface(Build(folder)),
    )
    entrance = Entrance(instance.auth.gate, instance.auth.audit, Hosts(["127.0.0.1"]), Proxies((), ""))
    server = Server(Front(surfaces, entrance), instance.stopping.begin, 1)
    async with (
        opened_doors([Listener("127.0.0.1", 0)]) as doors,
        trio.open_nursery() as serving,
        httpx.AsyncClient(base_url=doors[0].url, timeout=20, verify=False) as client,
    ):
        await serving.start(run, server, doors)
        yield client
        serving.cancel_scope.cancel()


@pytest.mark.parametrize("path", ["/", "/index.html", "/files/photos/2024", "/search?q=x", "/settings/about"])
async def test_addresses_of_the_page_show_it_and_are_asked_for_each_time(path: str, page: httpx.AsyncClient) -> None:
    answer = await page.get(path)
    assert (answer.status_code, answer.text) == (200, FILES["/index.html"])
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-security-policy"] == OF_PAGE
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers


async def test_a_person_may_go_to_a_folder_with_a_dot_and_a_program_finds_no_such_file(page: httpx.AsyncClient) -> None:
    assert (await page.get("/files/photos.v2", headers=DOCUMENT)).text == FILES["/index.html"]
    navigated = {"sec-fetch-dest": "document", "accept": "*/*"}
    assert (await page.get("/files/photos.v2", headers=navigated)).status_code == 200
    assert (await page.get("/favicon.ico")).status_code == 404
    assert (await page.get("/gone.js", headers={"sec-fetch-dest": "script", **DOCUMENT})).status_code == 404


@pytest.mark.parametrize("path", ["/assets/gone-1.js", "/assets/gone", "/preview/gone", "/preview/"])
async def test_what_a_build_does_not_have_is_not_the_page(path: str, page: httpx.AsyncClient) -> None:
    answer = await page.get(path, headers=DOCUMENT)
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


async def test_a_hashed_file_is_kept_for_ever_and_comes_as_the_browser_takes_it(page: httpx.AsyncClient) -> None:
    plain = await page.get(SCRIPT, headers={"accept-encoding": "identity"})
    assert plain.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert plain.text == FILES[SCRIPT]
    packed = await page.get(SCRIPT, headers={"accept-encoding": "gzip, br;q=0"})
    assert (packed.headers["content-encoding"], packed.text) == ("gzip", FILES[SCRIPT])
    request = page.build_request("GET", SCRIPT, headers={"accept-encoding": "gzip, br"})
    best = await page.send(request, stream=True)
    assert best.headers["content-encoding"] == "br"
    assert b"".join([piece async for piece in best.aiter_raw()]) == b"as brotli packs it"
    assert len({each.headers["etag"] for each in (plain, packed, best)}) == 3
    assert all(each.headers["vary"].lower() == "accept-encoding" for each in (plain, packed, best))


@pytest.mark.parametrize("path", ["/sw.js", "/manifest.webmanifest", "/icon.svg", "/preview/frame.js"])
async def test_a_name_that_stays_is_asked_for_again(path: str, page: httpx.AsyncClient) -> None:
    answer = await page.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    again = await page.get(path, headers={"if-none-match": f'"other", W/{answer.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]


async def test_the_frame_has_an_origin_of_its_own_and_no_network(page: httpx.AsyncClient) -> None:
    for path in ("/preview/frame.html", "/preview/frame.js"):
        answer = await page.get(path)
        assert answer.headers["content-security-policy"] == OF_FRAME
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", SCRIPT, "/files/x"])
async def test_the_head_of_a_file_says_how_long_it_is(path: str, page: httpx.AsyncClient) -> None:
    full, head = await page.get(path), await page.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert {**head.headers, "date": ""} == {**full.headers, "date": ""}


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nowhere", "/api/nowhere.html", "/metrics", "/_session"])
async def test_what_programs_ask_is_never_the_page(path: str, page: httpx.AsyncClient) -> None:
    answer = await page.get(path, headers=DOCUMENT)
    assert answer.status_code in (401, 404)
    assert "text/html" not in answer.headers["content-type"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_of_the_page_is_changed_by_a_request(method: str, page: httpx.AsyncClient) -> None:
    answer = await page.request(method, "/index.html")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/json")


async def test_the_page_goes_to_who_asks_by_our_name_only(page: httpx.AsyncClient) -> None:
    assert (await page.get("/", headers={"host": "evil.example"})).status_code == 421


async def test_a_load_of_the_page_is_not_counted_against_who_signs_in_next(page: httpx.AsyncClient) -> None:
    """It is many files at once, and a login that was left in a proxy says nothing here."""
    for _ in range(40):
        assert (await page.get(SCRIPT, headers={"authorization": "Basic YTpi"})).status_code == 200
    assert (await page.get("/api/identity")).status_code == 200


async def test_another_build_takes_the_place_of_the_first(page: httpx.AsyncClient, folder: Path) -> None:
    before = await page.get("/")
    new = folder / "index.new"
    new.write_text("<!doctype html><title>MosaicFS 2</title>")
    new.replace(folder / "index.html")
    (folder / "assets" / "index-B3xYz.js").rename(folder / "assets" / "index-New.js")
    after = await page.get("/")
    assert after.text != before.text
    assert after.headers["etag"] != before.headers["etag"]
    assert (await page.get("/assets/index-New.js")).status_code == 200
    assert (await page.get(SCRIPT)).status_code == 404


async def test_packed_copies_of_the_build_before_are_not_sent(page: httpx.AsyncClient, folder: Path) -> None:
    script = folder / SCRIPT[1:]
    for name in (".gz", ".br"):
        os.utime(script.with_name(script.name + name), (1, 1))
    answer = await page.get(SCRIPT, headers={"accept-encoding": "gzip, br"})
    assert "content-encoding" not in answer.headers
    assert answer.text == FILES[SCRIPT]


async def test_without_a_build_the_page_says_how_to_make_one_and_the_api_goes_on(
    page: httpx.AsyncClient, folder: Path
) -> None:
    (folder / "index.html").unlink()
    answer = await page.get("/files/x")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert answer.headers["content-security-policy"] == OF_PAGE
    assert (await page.get("/assets/x.js")).status_code == 404
    assert (await page.get("/api/identity")).status_code == 200


async def asked_raw(page: httpx.AsyncClient, target: str) -> tuple[int, bytes]:
    """As it is spelt: no client of ours tidies it up before."""
    connection, answer = h11.Connection(h11.CLIENT), b""
    stream = await trio.open_tcp_stream("127.0.0.1", page.base_url.port or 0)
    headers = [("host", f"127.0.0.1:{page.base_url.port}"), ("accept", "text/html"), ("connection", "close")]
    async with stream:
        await stream.send_all(connection.send(h11.Request(method="GET", target=target, headers=headers)) or b"")
        await stream.send_all(connection.send(h11.EndOfMessage()) or b"")
        while piece := await stream.receive_some():
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


@pytest.mark.parametrize(
    "target",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e/index.html",
        "//secret.txt",
        "//evil.example/x",
        "/..\\secret.txt",
        "/%5c..%5csecret.txt",
        "/index.html%00.js",
        "/./index.html",
        "/assets/index-B3xYz.js.gz",
        "/assets/index-B3xYz.js.map",
        "/assets//index-B3xYz.js",
    ],
)
async def test_a_crooked_path_leads_nowhere(target: str, page: httpx.AsyncClient) -> None:
    status, body = await asked_raw(page, target)
    assert status == 404
    assert b"outside" not in body
    assert b"source" not in body


PIECES = st.sampled_from(
    ["..", ".", "%2e%2e", "assets", "preview", "secret.txt", "index.html", "%2f", "/", "\\", "a b", "é"]
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, max_size=8).map("/".join))
def test_whatever_is_spelt_only_files_of_the_build_are_opened(folder: Path, path: str) -> None:
    files = Build(folder).files()
    for wants_document in (True, False):
        assert name_in(files, f"/{path}", wants_document=wants_document) in {None, *files, "/index.html"}


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/", True),
        ("HEAD", "/files/api", True),
        ("GET", "/apis", True),
        ("GET", "/api", False),
        ("GET", "/api/x", False),
        ("GET", "//api//x", False),
        ("GET", "/API/x", False),
        ("GET", "/metrics", False),
        ("POST", "/", False),
        ("OPTIONS", "/", False),
    ],
)
def test_the_page_has_every_address_that_programs_do_not(method: str, path: str, *, expected: bool) -> None:
    assert is_of_page(method, path) is expected


def test_the_build_lies_where_the_web_project_writes_it() -> None:
    config = Path(__file__).resolve().parents[5] / "web" / "vite.config.ts"
    folder = Build().folder.relative_to(config.parents[1])
    assert f"../{folder.as_posix()}" in config.read_text(encoding="utf-8")
