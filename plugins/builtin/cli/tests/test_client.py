"""Asking the control plane: what is sent, what comes back, and what becomes of everything that can go wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.errors import PeerGarbledError, RefusedError, TimedOutError
from mosaicfs_cli.client import Api
from mosaicfs_cli.errors import LostError, NothingRunningError
from mosaicfs_cli.failures import ANSWER_CODES, exit_code, name

Start = Callable[..., Any]


@pytest.fixture
def socket_path(surroundings: dict[str, str]) -> Path:
    return Path(surroundings["XDG_RUNTIME_DIR"], "mosaicfs", "api.sock")


@pytest.fixture
def api(fake_api: Start, socket_path: Path) -> Iterator[Api]:
    """Closed before the duty that it speaks to."""
    with Api(socket_path) as client:
        yield client


def test_an_answer_comes_back_as_it_was_sent(fake_api: Start, api: Api) -> None:
    duty = fake_api(lambda path, query: {"path": path, "query": query})
    assert api.get("/api/search", [("q", "a&b c"), ("in", "ü")]) == {
        "path": "/api/search",
        "query": {"q": "a&b c", "in": "ü"},
    }
    assert api.get("/api/nodes") == {"path": "/api/nodes", "query": {}}
    assert duty.asked == [("/api/search", [("q", "a&b c"), ("in", "ü")]), ("/api/nodes", [])]


def test_pages_are_followed_by_their_cursors(fake_api: Start, api: Api) -> None:
    pages = {"": {"items": [{"n": 1}], "next_cursor": "x"}, "x": {"items": [{"n": 2}, {"n": 3}]}}
    fake_api(lambda _, query: pages[query.get("cursor", "")])
    assert [each["n"] for each in api.objects("/api/files", [("ext", "pdf")])] == [1, 2, 3]


def test_an_error_keeps_its_code_and_its_words(fake_api: Start, api: Api) -> None:
    fake_api(lambda *_: {"error": {"code": "not_found", "message": "No such file.", "detail": {"reason": "x"}}})
    with pytest.raises(RefusedError, match=r"No such file\.") as raised:
        api.get("/api/files/1")
    assert (raised.value.detail, name(raised.value), exit_code(raised.value)) == ({"reason": "x"}, "not_found", 4)


def test_nobody_there_says_how_to_start(api: Api) -> None:
    with pytest.raises(NothingRunningError, match="Start with: mosaicfs up") as raised:
        api.get("/api/nodes")
    assert exit_code(raised.value) == 10


def test_a_socket_that_a_killed_server_left_counts_as_nobody(fake_api: Start, api: Api) -> None:
    fake_api(lambda *_: {}).close()
    with pytest.raises(NothingRunningError):
        api.get("/api/nodes")


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{,}", PeerGarbledError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", PeerGarbledError),
        (b"hello\r\n\r\n", PeerGarbledError),
    ],
)
def test_an_answer_that_makes_no_sense_is_told(sent: bytes, error: type[Exception], fake_api: Start, api: Api) -> None:
    fake_api(lambda *_: sent)
    with pytest.raises(error):
        api.get("/api/nodes")


def test_a_server_that_does_not_answer_in_time_is_told(fake_api: Start, socket_path: Path) -> None:
    fake_api(lambda *_: b"")
    with Api(socket_path, timeout_s=0.1) as impatient, pytest.raises(TimedOutError, match=r"0\.1 s"):
        impatient.get("/api/nodes")


def test_a_server_that_ends_while_it_is_asked_is_told(fake_api: Start, api: Api) -> None:
    def gone(*_: object) -> object:
        raise StopIteration  # ends the conversation

    fake_api(gone)
    with pytest.raises(LostError):
        api.get("/api/nodes")


def test_every_code_of_the_api_has_one_exit_code() -> None:
    codes = [code for names in ANSWER_CODES.values() for code in names.split()]
    assert len(codes) == len(set(codes))
    assert exit_code(RefusedError("of_a_newer_server", "…")) == 1
    assert {name: exit_code(RefusedError(name, "")) for name in ("conflict", "source_changed", "not_ready")} == {
        "conflict": 6,
        "source_changed": 8,
        "not_ready": 10,
    }
