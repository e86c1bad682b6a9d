"""One file read over HTTP as a stranger's program would, and by the commands, from a real server over a real folder."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from tests.journeys.machine import PROGRAM, Machine

pytestmark = pytest.mark.journey

CONTENT = Random(11).randbytes((5 << 20) + 123)


class Desk(Machine):
    """`url` is where its page and its links are."""

    url = ""


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    (made.files / "film.mkv").write_bytes(CONTENT)
    (made.files / "page.html").write_text("<script>alert(1)</script>")
    made.url = made.up()["url"]
    made.until(lambda: made.total() == 2, "the index")
    yield made
    made.close()


class Answered:
    """What `curl` was told: the last head that came, and the body."""

    def __init__(self, code: int, said: bytes) -> None:
        head, _, self.body = said.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        self.code = code
        self.status = int(lines[0].split()[1])
        self.headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}


def curl(*arguments: str) -> Answered:
    done = subprocess.run(["curl", "-s", "-i", *arguments], capture_output=True, timeout=60, check=False)
    return Answered(done.returncode, done.stdout)


def test_a_file_is_read_by_range_by_link_and_by_command(machine: Desk, tmp_path: Path) -> None:
    [film] = machine.found("film.mkv")
    assert film["availability"] == "local"
    socket = ("--unix-socket", str(machine.runtime / "api.sock"))
    url = f"http://localhost/api/files/{film['file_id']}/content"
    digest = sha256(CONTENT)
    whole = curl(*socket, url)
    assert (whole.status, whole.body) == (200, CONTENT)
    assert whole.headers["etag"] == film["etag"]
    head = curl(*socket, "-I", url)
    assert head.headers["content-length"] == str(len(CONTENT))
    assert head.headers["repr-digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    part = curl(*socket, "-r", "1000000-3000000", url)
    assert (part.status, part.body) == (206, CONTENT[1_000_000:3_000_001])
    assert curl(*socket, "-r", "99999999-", url).status == 416
    assert curl(*socket, "-H", f"If-None-Match: {film['etag']}", url).status == 304

    link = machine.ask("api", "GET", f"/api/files/{film['file_id']}/token")
    web = machine.url
    assert curl(f"{web}{link['url']}").body == CONTENT
    assert curl(f"{web}{link['url']}", "-r", "-10").body == CONTENT[-10:]
    assert curl(f"{web}{link['url'][:-1]}").status == 401
    assert curl("-X", "POST", f"{web}{link['url']}").status == 405

    to = tmp_path / "to"
    to.mkdir()
    path = str(machine.files / "film.mkv")
    fetched = machine.ask("files", "fetch", path, "-o", str(to))
    assert fetched == {
        "file_id": film["file_id"],
        "path": str(to / "film.mkv"),
        "bytes": len(CONTENT),
        "digest": f"sha256:{digest.hexdigest()}",
        "verified": True,
    }
    assert (to / "film.mkv").read_bytes() == CONTENT
    cat = subprocess.run(
        [PROGRAM, "files", "cat", path, "--range", "100-199"], env=machine.environment, capture_output=True, check=True
    )
    assert cat.stdout == CONTENT[100:200]
    told = machine.run("explain", path).stdout
    assert "A read now" in told


def test_a_page_in_a_file_is_plain_text_in_a_sandbox(machine: Desk) -> None:
    [page] = machine.found("page.html")
    socket = ("--unix-socket", str(machine.runtime / "api.sock"))
    answer = curl(*socket, f"http://localhost/api/files/{page['file_id']}/content?disposition=inline")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["content-disposition"].startswith("attachment;")


def test_a_file_that_was_changed_behind_the_index_is_never_sent_as_the_old_one(machine: Desk) -> None:
    [film] = machine.found("film.mkv")
    socket = ("--unix-socket", str(machine.runtime / "api.sock"))
    url = f"http://localhost/api/files/{film['file_id']}/content"
    (machine.files / "film.mkv").write_bytes(CONTENT[::-1])
    answer = curl(*socket, url)
    if answer.status == 200:
        assert answer.body == CONTENT[::-1], "the index was quick enough"
        assert answer.headers["etag"] != film["etag"]
    else:
        assert answer.status == 503
