"""The scripts of docs/operating/api.md, word for word, against a running server."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.machine import Machine

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operating" / "api.md"


def scripts() -> tuple[str, str]:
    """That with a token and that with a signature."""
    token, signature = re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return token, signature


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Machine]:
    machine = Machine(tmp_path / "desk")
    (machine.files / "report 1.txt").write_text("x")
    try:
        told = machine.up("--listen", "http://127.0.0.1:0")
        machine.environment["URL"] = told["url"]
        machine.until(lambda: machine.found("report"), "finding the file")
        yield machine
    finally:
        machine.close()


def key_of(desk: Machine, scope: str) -> dict[str, str]:
    made = desk.ask("credentials", "create", "--name", scope, "--scope", scope)
    return {"ID": made.get("access_key_id") or made["key_id"], "SECRET": made["secret_key"]}


def shell(desk: Machine, script: str, key: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(
        ["bash", "-euc", script, "ask.sh", *arguments],
        env=desk.environment | key,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_a_token_lets_a_script_in(desk: Machine) -> None:
    key = key_of(desk, "read")
    told = json.loads(shell(desk, scripts()[0], key))
    assert (told["access_key_id"], told["scope"]) == (key["ID"], "read")


def test_a_signature_of_a_few_lines_of_shell_is_accepted(desk: Machine) -> None:
    key = key_of(desk, "full")
    found = json.loads(shell(desk, scripts()[1], key, "GET", "/api/search?q=report%201&limit=5"))
    assert [item["name"] for item in found["items"]] == ["report 1.txt"]
    body = '{"instance_name": "Grüße an „Home“"}'
    assert "Grüße an" in shell(desk, scripts()[1], key, "PATCH", "/api/system/settings", body)


def test_a_wrong_secret_is_refused_by_both(desk: Machine) -> None:
    key = key_of(desk, "full") | {"SECRET": "mosaicfs_" + "A" * 43}
    told = json.loads(shell(desk, scripts()[1], key, "GET", "/api/nodes"))
    assert told["error"]["code"] == "unauthorized"


def test_metrics_are_read_with_a_key_that_can_do_nothing_else(desk: Machine) -> None:
    key = key_of(desk, "metrics")
    script = 'printf "user = \\"%s:%s\\"\\n" "$ID" "$SECRET" | curl -sS -K - "$URL$1"'
    assert 'mosaicfs_index_files{node="node-desk",status="active"} 1.0' in shell(desk, script, key, "/metrics")
    assert json.loads(shell(desk, script, key, "/api/nodes"))["error"]["code"] == "unauthorized"
