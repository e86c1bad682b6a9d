"""Search and lists of files over the real engine: filters, pages, what is refused."""

from __future__ import annotations

import httpx
import msgspec
import pytest

from mosaicfs.model.ids import access_id
from mosaicfs.model.json import JsonObject
from mosaicfs_control.routes.api.search import Found
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import HERE, REPORT, Put, ServeApi, file, file_id, node


async def ids(api: httpx.AsyncClient, path: str) -> list[str]:
    answer = await api.get(path)
    assert answer.status_code == 200, answer.text
    return [item["file_id"] for item in answer.json()["items"]]


def trouble_of(answer: httpx.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    fields = error.get("detail", {}).get("fields", [{"field": ""}])
    return answer.status_code, error["code"], fields[0]["field"]


async def test_a_search_ranks_and_says_where_it_found_the_words(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/search?q=report&facets=node,type&limit=10")
    found = answer.json()
    assert msgspec.json.decode(answer.content, type=Found).total == 3
    assert {item["file_id"] for item in found["items"]} == {REPORT, file_id(1), file_id(3)}
    [report] = [item for item in found["items"] if item["file_id"] == REPORT]
    assert report["match"] == {"field": "name", "ranges": [[0, 6]]}
    assert 0.9 <= report["score"] <= 0.95
    assert report["file_type"] == "document"
    assert found["facets"]["node"] == [{"value": "node-laptop", "count": 2}, {"value": "node-nas", "count": 1}]
    assert {each["value"] for each in found["facets"]["type"]} == {"document", "text", "archive"}
    assert isinstance(found["took_ms"], int)
    assert found["interpretation"] == "Names that contain “report”"
    assert not {"offset", "next_cursor"} & set(found)
    assert b'"_' not in answer.content


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", [2, 1, 0, 3]),
        ("sort=-name", [3, 0, 1, 2]),
        ("sort=size", [1, 3, 0, 2]),
        ("sort=-size&limit=2", [2, 0]),
        ("sort=size&offset=1&limit=2", [3, 0]),
        ("node=Laptop&sort=size", [1, 0, 2]),
        ("node_id=node-nas", [3]),
        ("node=Laptop&node=node-nas&sort=size", [1, 3, 0, 2]),
        ("type=image", [2]),
        ("type=image&type=document&sort=size", [0, 2]),
        ("mime=image/*", [2]),
        ("mime_type=text/plain&mime=image/*&sort=size", [1, 2]),
        ("ext=pdf", [0]),
        ("ext=.PDF", [0]),
        ("size_min=200K&sort=size", [0, 2]),
        ("size_min=200K&size_max=1M", [0]),
        ("size_max=5000&sort=size", [1, 3]),
        ("mtime_after=2026-01-15&sort=size", [1, 3, 0, 2]),
        ("mtime_after=2026-01-15T14:30:00.123456Z&sort=size", [1, 3, 0, 2]),
        ("mtime_before=2026-01-15T14:30:00.123456Z", []),
        ("mtime_before=2026-01-15", []),
        ("path_prefix=/home/ana/Documents&sort=size", [1, 0]),
        ("path_prefix=/home/ana/Doc", []),
        ("parent=/home/ana/Pictures", [2]),
        ("parent=/home/ana", []),
        ("parent=/home/ana&status=deleted", [4]),
        ("status=any&parent=/home/ana", [4]),
        ("q=report&sort=size", [1, 3, 0]),
        ("q=REPORT&ext=pdf", [0]),
        ("q=documents&in=path&sort=size", [1, 0]),
        ("q=documents", []),
        ("q=report -pdf&sort=size", [1, 3]),
        ("q=ext:pdf", [0]),
        ("q=ext:PDF&ext=pdf", [0]),
        ("q=ext:pdf&ext=txt", []),
        ("q=type:image", [2]),
        ("q=type:image&type=document", []),
        ("q=size:>1M", [2]),
        ("q=size:>1K&size_max=1M&sort=size", [3, 0]),
        ("q=node:Laptop&sort=size", [1, 0, 2]),
        ("q=node:Laptop&node=node-nas", []),
        ("q=mime:image/*", [2]),
        ("q=age:>1y", []),
        ("q=*.p?f", [0]),
        ("q=*.p?f&match=substring", []),
        ("q=ext:pdf&match=substring", []),
        ("q=report*&match=glob&sort=size", [1, 3, 0]),
    ],
)
async def test_each_filter_narrows_the_list(api: httpx.AsyncClient, query: str, numbers: list[int]) -> None:
    expected = [REPORT if number == 0 else file_id(number) for number in numbers]
    assert await ids(api, f"/api/files?{query}") == expected


async def test_a_node_lists_its_own_files(api: httpx.AsyncClient) -> None:
    assert await ids(api, "/api/nodes/node-laptop/files?sort=size") == [file_id(1), REPORT, file_id(2)]
    assert await ids(api, "/api/nodes/node-none/files") == []
    answer = await api.get("/api/nodes/node-laptop/files?node=node-nas")
    assert trouble_of(answer) == (422, "validation_failed", "node")


@pytest.mark.parametrize("path", ["/api/files", "/api/search", "/api/nodes/node-laptop/files"])
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("label=", "label[0]"),
        ("label_any=,", "label_any"),
        ("annotation[exif/model]=X", "annotation[exif/model]"),
        ("annotation%5Bexif%5D", "annotation[exif]"),
        ("replicated=nas", "replicated"),
        ("places=1", "places"),
        ("copies=<2", "copies"),
        ("unreachable=true", "unreachable"),
        ("under=/documents", "under"),
        ("include=everything", "include"),
        ("colour=red", "colour"),
        ("type=picture", "type[0]"),
        ("size_min=big", "size_min"),
        ("size_min=-1", "size_min"),
        ("size_max=1e9", "size_max"),
        ("mtime_after=yesterday", "mtime_after"),
        ("mtime_before=2026-13-01", "mtime_before"),
        ("status=gone", "status"),
        ("match=regex", "match"),
        ("in=content", "in"),
        ("sort=colour", "sort"),
        ("sort=name&sort=size", "sort"),
        ("q=" + "x" * 1025, "q"),
        ("q=a%00b", "q"),
        ("q=colour:red", "q"),
        ("q=seen:never", "q"),
        ("q=size:huge", "q"),
        ("q=node:nobody", "node"),
        ("q=mime:image/*&mime=text/*", "mime"),
        ("q=a&limit=1000", "limit"),
        ("q=a&cursor=q1.e30.AAAA&offset=1", "offset"),
    ],
)
async def test_what_is_not_understood_is_named(api: httpx.AsyncClient, path: str, query: str, field: str) -> None:
    assert trouble_of(await api.get(f"{path}?{query}")) == (422, "validation_failed", field)


async def test_a_node_that_nobody_knows_is_told_with_those_that_are(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/search?node=nobody")
    assert trouble_of(answer) == (422, "validation_failed", "node")
    assert "node-laptop, node-nas" in answer.json()["error"]["message"]


@pytest.mark.parametrize("query", ["", "limit=5", "q=", "facets=node", "status=active", "sort=name"])
async def test_a_search_for_nothing_is_refused(api: httpx.AsyncClient, query: str) -> None:
    assert trouble_of(await api.get(f"/api/search?{query}")) == (422, "validation_failed", "q")


@pytest.mark.parametrize("facet", ["places", "colour", "node,colour", ","])
async def test_a_facet_that_is_not_there_is_told(api: httpx.AsyncClient, facet: str) -> None:
    assert trouble_of(await api.get(f"/api/search?q=a&facets={facet}")) == (422, "validation_failed", "facets")


async def test_a_count_that_nobody_wants_is_null(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/files?count=none")).json()["total"] is None
    assert (await api.get("/api/files?limit=1")).json()["total"] == 4


async def test_an_offset_is_told_back(api: httpx.AsyncClient) -> None:
    page = (await api.get("/api/files?limit=1&offset=1")).json()
    assert (page["offset"], page["limit"], "next_cursor" in page) == (1, 1, False)


@pytest.mark.parametrize(
    "query",
    [
        "/api/files?limit=3",
        "/api/files?sort=-size&limit=3",
        "/api/search?q=item&limit=3",
        "/api/search?q=item&sort=path&limit=3",
    ],
)
async def test_a_walk_shows_each_file_once_whatever_comes_and_goes(
    api: httpx.AsyncClient, put: Put, query: str
) -> None:
    steady = {file_id(1000 + n): file(f"/data/item {n:02}", size=n % 4) for n in range(20)}
    await put(steady)
    seen: list[str] = []
    cursor, rounds = "", 0
    while True:
        page = (await api.get(f"{query}&cursor={cursor}" if cursor else query)).json()
        seen += [item["file_id"] for item in page["items"]]
        rounds += 1
        await put({file_id(5000 + rounds): file(f"/data/item 05 {rounds}", size=rounds % 4)})
        await put({file_id(5000 + rounds - 1): file("/data/item 00 gone", status="deleted")} if rounds > 1 else {})
        cursor = page.get("next_cursor", "")
        if not cursor:
            break
    assert [each for each in seen if seen.count(each) > 1] == []
    assert steady.keys() <= set(seen)


async def test_a_cursor_is_good_for_its_own_question_only(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/api/files?limit=1&type=document&type=text")).json()["next_cursor"]
    assert cursor.startswith("q1.")
    good = await api.get(f"/api/files?limit=2&type=document&type=text&count=none&cursor={cursor}")
    assert (good.status_code, len(good.json()["items"])) == (200, 1)
    for other in (
        "/api/files?limit=1&type=document",
        "/api/files?limit=1&type=document&type=text&sort=size",
        "/api/search?limit=1&type=document&type=text",
        "/api/nodes/node-laptop/files?limit=1&type=document&type=text",
    ):
        assert trouble_of(await api.get(f"{other}&cursor={cursor}"))[:2] == (400, "invalid_cursor")


@pytest.mark.parametrize(
    "cursor",
    ["", "q1", "q1..", "q1.e30.AAAA", "q2.e30.AAAA", "%C3%A4", "q1.%C3%A4.b", "q1.a.b", "x" * 8192, "q1.e30.AAAA.x"],
)
async def test_a_cursor_that_nobody_gave_out_is_refused(api: httpx.AsyncClient, cursor: str) -> None:
    assert trouble_of(await api.get(f"/api/files?cursor={cursor}"))[:2] == (400, "invalid_cursor")


async def test_every_changed_letter_of_a_cursor_is_noticed(api: httpx.AsyncClient) -> None:
    cursor = (await api.get("/api/files?limit=1")).json()["next_cursor"]
    for at in range(3, len(cursor) - 1, 7):
        forged = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        assert trouble_of(await api.get(f"/api/files?limit=1&cursor={forged}"))[:2] == (400, "invalid_cursor")


async def test_a_list_of_files_has_a_weak_tag(api: httpx.AsyncClient, put: Put) -> None:
    first = await api.get("/api/files")
    known = {"if-none-match": first.headers["etag"]}
    assert first.headers["etag"].startswith('W/"')
    assert (await api.get("/api/files", headers=known)).status_code == 304
    await put({file_id(9): file("/new")})
    assert (await api.get("/api/files", headers=known)).status_code == 200


async def test_a_search_in_paths_says_so(api: httpx.AsyncClient) -> None:
    found = (await api.get("/api/search?q=documents&in=path")).json()
    assert {item["match"]["field"] for item in found["items"]} == {"path"}
    assert found["interpretation"] == "Paths that contain “documents”"


async def test_without_words_the_newest_come_first_and_nothing_is_marked(api: httpx.AsyncClient, put: Put) -> None:
    await put({file_id(50): file("/new.pdf", mtime="2026-02-01T00:00:00.000000Z")})
    found = (await api.get("/api/search?ext=pdf")).json()
    assert [item["file_id"] for item in found["items"]] == [file_id(50), REPORT]
    assert not any("match" in item for item in found["items"])


async def test_this_machine_has_a_name_before_it_has_a_document(serve_api: ServeApi) -> None:
    api = await serve_api(MemoryStore())
    assert await ids(api, f"/api/search?node={HERE}") == []
    assert (await api.get("/api/search?node=node-nas")).status_code == 422


async def test_a_name_that_two_nodes_have_means_both(api: httpx.AsyncClient, put: Put) -> None:
    await put({"node::node-nas": node("node-nas", friendly_name="Laptop")})
    assert len(await ids(api, "/api/files?node=Laptop")) == 4
    answer = await api.get("/api/files/by-path?node=Laptop&path=/srv/report.tar.gz")
    assert trouble_of(answer) == (422, "validation_failed", "node")
    assert "node-laptop, node-nas" in answer.json()["error"]["message"]


async def test_files_are_found_by_when_they_were_read(api: httpx.AsyncClient, put: Put) -> None:
    for number, at in ((1, "2026-02-01T00:00:00Z"), (2, "2026-03-01T00:00:00Z")):
        access: JsonObject = {
            "type": "access",
            "file_id": file_id(number),
            "source": {"node_id": "control_plane"},
            "last_access": at,
            "access_count": 1,
        }
        await put({access_id(file_id(number).removeprefix("file::")): access})

    async def found(query: str) -> set[str]:
        return {item["file_id"] for item in (await api.get(f"/api/files?{query}")).json()["items"]}

    assert await found("accessed_after=2026-02-01") == {file_id(1), file_id(2)}
    assert await found("accessed_before=2026-03-01") == {file_id(1)}
    assert await found("never_accessed=true") == {REPORT, file_id(3)}
    assert await found("never_accessed=true&accessed_after=2026-02-01") == set()
    assert await found("accessed_after=1h") == set()
    told = (await api.get("/api/search?never_accessed=true")).json()
    assert told["interpretation"].endswith("never read")
    assert (await api.get("/api/files?accessed_after=once")).status_code == 422
