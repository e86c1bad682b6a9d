"""From the terminal into the web page: the link that `mosaicfs up` and `mosaicfs open` print, once, and nothing of it
stays in the browser."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from mosaicfs_control.page.build import Build
from tests.journeys.conftest import browser, node
from tests.journeys.machine import Machine

PEERS = Path(__file__).parent / "peers"
LINK = re.compile(r"http://127\.0\.0\.1:\d+/#code=[A-Za-z0-9_-]{22}")

pytestmark = pytest.mark.skipif(not Build().is_there, reason="the web page is not built: make web")


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine")
    (found.files / "report.txt").write_text("x")
    yield found
    found.run("down")
    found.close()


def signed_in(link: str) -> int:
    page, _, code = link.partition("#code=")
    body = json.dumps({"login_code": code}).encode()
    try:
        with urlopen(Request(f"{page}api/auth/login", body, {"content-type": "application/json"})) as answer:
            return int(answer.status)
    except HTTPError as refused:
        return refused.code


def link_in(text: str) -> str:
    found = LINK.search(text)
    assert found is not None, text
    return found[0]


def test_up_prints_a_link_that_is_good_once_and_makes_another_each_time(machine: Machine) -> None:
    arguments = ("up", str(machine.files), "--no-mount", "--listen", "http://127.0.0.1:0")
    first = machine.run(*arguments, "--detach")
    assert first.returncode == 0, first.stderr
    assert "good once for 10 minutes; later: mosaicfs open" in first.stdout
    links = [link_in(first.stdout), link_in(machine.run("up").stdout), link_in(machine.run("open", "--print").stdout)]
    assert len(set(links)) == 3
    assert [signed_in(link) for link in links] == [200] * 3
    assert signed_in(links[0]) == 401
    written = [path for path in machine.folder.rglob("*") if path.is_file()]
    codes = [link.partition("=")[2].encode() for link in links]
    assert [path for path in written if any(code in path.read_bytes() for code in codes)] == []


def test_a_program_is_told_where_the_page_is_and_no_code(machine: Machine) -> None:
    told = machine.up(page=True)
    assert told["web_page"] == f"{told['url']}/"
    assert "code=" not in json.dumps(told)
    assert machine.stop() == 0
    assert "web_page" not in machine.up()


def test_chromium_is_let_in_once_and_keeps_nothing(machine: Machine, peers: Path) -> None:
    machine.up(page=True)
    link = machine.ask("open")["url"]
    told = in_chromium(link)
    assert (told["login"], told["again"]) == (200, 401)
    assert told["address"].startswith(link.partition("#")[0])
    assert "code" not in told["address"]
    assert (told["kept"], told["cookies"], told["elsewhere"], told["refused"]) == ([], 0, [], [])
    assert told["afterReload"] == "sign-in"


def in_chromium(link: str) -> Any:
    command = [node(), str(PEERS / "link.js"), link, browser()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
