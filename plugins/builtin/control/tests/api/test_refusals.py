"""How the API refuses, and what every answer carries."""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest
import trio
from structlog.testing import capture_logs

import mosaicfs
from mosaicfs.errors import StoreBusyError, StoreFullError
from mosaicfs.model.document import Document, StoreInfo
from mosaicfs.model.role import CONTROL, Role
from mosaicfs_control import local_socket
from mosaicfs_sdk.fakes.store import MemoryStore
from plugins.builtin.control.tests.api.seeds import ServeApi

SECRET = "/home/somebody/secret.db"


def code_of(answer: httpx.Response) -> tuple[int, str]:
    body = answer.json()
    assert set(body) == {"error"}
    assert {"code", "message"} <= set(body["error"]) <= {"code", "message", "detail"}
    return answer.status_code, body["error"]["code"]


async def test_every_answer_says_version_request_and_date(api: httpx.AsyncClient) -> None:
    for path in ("/api/identity", "/api/nothing"):
        answer = await api.get(path, headers={"x-request-id": "mine-1"})
        assert answer.headers["mosaicfs-version"] == mosaicfs.__version__
        assert answer.headers["x-request-id"] == "mine-1"
        assert parsedate_to_datetime(answer.headers["date"]).tzinfo is not None
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in answer.headers


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a/b"])
async def test_a_request_id_that_is_none_is_replaced(api: httpx.AsyncClient, given: str) -> None:
    answer = await api.get("/api/identity", headers={"x-request-id": given})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


async def test_an_unknown_path_and_a_wrong_method_are_told_in_shape(api: httpx.AsyncClient) -> None:
    assert code_of(await api.get("/api/nothing")) == (404, "not_found")
    assert code_of(await api.get("/elsewhere")) == (404, "not_found")
    wrong = await api.delete("/api/search")
    assert code_of(wrong) == (405, "not_supported")
    assert wrong.headers["allow"] == "GET, HEAD"


async def test_head_answers_as_get_without_its_body(api: httpx.AsyncClient) -> None:
    got, head = await api.get("/api/health/live"), await api.head("/api/health/live")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_unknown_parameters_are_named_all_at_once(api: httpx.AsyncClient) -> None:
    answer = await api.get("/api/nodes?colour=red&size=2&status=online")
    assert code_of(answer) == (422, "validation_failed")
    fields = answer.json()["error"]["detail"]["fields"]
    assert [field["field"] for field in fields] == ["colour", "size"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("offset=-1", "offset"),
        ("offset=1000001", "offset"),
        ("status=asleep", "status"),
        ("status=online&status=offline", "status"),
        ("status=%00", "status"),
        ("count=all", "count"),
    ],
)
async def test_a_wrong_value_names_its_parameter(api: httpx.AsyncClient, query: str, field: str) -> None:
    answer = await api.get(f"/api/nodes?{query}")
    assert code_of(answer) == (422, "validation_failed")
    assert [each["field"] for each in answer.json()["error"]["detail"]["fields"]] == [field]


async def test_bytes_that_are_no_text_are_a_bad_request(api: httpx.AsyncClient) -> None:
    assert code_of(await api.get("/api/nodes?status=%ff")) == (400, "invalid_request")
    assert code_of(await api.get("/api/nodes/%ff")) == (400, "invalid_request")
    many = "&".join(["x=1"] * 2000)
    assert code_of(await api.get(f"/api/nodes?{many}")) == (400, "invalid_request")


@pytest.mark.parametrize("headers", [{"origin": "http://localhost"}, {"sec-fetch-site": "cross-site"}])
async def test_a_page_of_a_site_is_refused(api: httpx.AsyncClient, headers: dict[str, str]) -> None:
    assert code_of(await api.get("/api/identity", headers=headers)) == (403, "origin_refused")


async def test_the_name_that_the_server_is_called_by_does_not_matter(api: httpx.AsyncClient) -> None:
    assert (await api.get("/api/identity", headers={"host": "anything.example:99"})).status_code == 200


async def test_somebody_else_gets_no_answer_at_all(api: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_socket, "peer_uid", lambda stream: 4711)
    with capture_logs(), pytest.raises(httpx.TransportError):
        await api.get("/api/identity")


class FailingStore(MemoryStore):
    def __init__(self, failure: Exception) -> None:
        super().__init__()
        self.failure = failure

    async def info(self, role: Role = CONTROL) -> StoreInfo:
        raise self.failure

    async def get(self, doc_id: str, rev: str | None = None) -> Document | None:
        raise self.failure


@pytest.mark.parametrize(
    ("failure", "retry_after"), [(StoreBusyError(10), "2"), (StoreFullError(Path(SECRET)), "60")], ids=["busy", "full"]
)
async def test_trouble_that_passes_is_told_with_a_time_to_come_again(
    serve_api: ServeApi, failure: Exception, retry_after: str
) -> None:
    api = await serve_api(FailingStore(failure), MemoryStore())
    with capture_logs() as logged:
        answer = await api.get("/api/identity")
        ready = await api.get("/api/health/ready")
    assert code_of(answer) == (503, "not_ready")
    assert answer.headers["retry-after"] == retry_after
    assert SECRET not in answer.text
    assert (ready.status_code, ready.json()) == (503, {"status": "failed"})
    assert [line["event"] for line in logged] == ["request_put_off"]


async def test_a_failure_of_ours_is_in_the_log_under_the_id_that_the_caller_gets(serve_api: ServeApi) -> None:
    api = await serve_api(FailingStore(RuntimeError(SECRET)), MemoryStore())
    with capture_logs() as logged:
        answer = await api.get("/api/identity", headers={"x-request-id": "mine-2"})
    assert code_of(answer) == (500, "internal")
    assert SECRET not in answer.text
    assert "mine-2" in answer.json()["error"]["message"]
    assert [(line["request_id"], str(line["exc_info"])) for line in logged] == [("mine-2", SECRET)]


async def test_a_head_without_end_ends_the_connection_and_nothing_else(api: httpx.AsyncClient, tmp_path: Path) -> None:
    async with await trio.open_unix_socket(tmp_path / "run" / "api.sock") as stream:
        answer = b""
        try:
            await stream.send_all(b"GET /api/search?q=" + b"x" * 1_000_000)
            while received := await stream.receive_some():
                answer += received
        except trio.BrokenResourceError:
            pass  # closed while we still sent, which is what happens to most who do this
    assert answer == b"" or answer.startswith(b"HTTP/1.1 4")
    assert (await api.get("/api/health/live")).status_code == 200
