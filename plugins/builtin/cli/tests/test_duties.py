"""`server` and `agent` in real processes: what they say, what stops them, and what they leave.

What `up` makes of them is in `test_up`; how it refuses what they would refuse is here.
"""

import json
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.journey

Process = subprocess.Popen[str]
Run = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., AbstractContextManager[Process]]

ANYWHERE = ("--listen", "http://127.0.0.1:0")


def event(process: Process) -> dict[str, Any]:
    """The next line of a duty that was started with --json."""
    assert process.stdout
    line = process.stdout.readline()
    assert line, f"the duty ended: {process.stderr.read() if process.stderr else ''}"
    told: dict[str, Any] = json.loads(line)
    return told


def last_line(done: "subprocess.CompletedProcess[str]") -> str:
    """What the program itself says last; log lines may stand before it."""
    return done.stderr.splitlines()[-1]


def stop(process: Process, by: signal.Signals = signal.SIGINT) -> str:
    """What is still said on stdout."""
    process.send_signal(by)
    said, _ = process.communicate(timeout=20)
    return said


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@pytest.mark.parametrize("verb", ["up", "server"])
@pytest.mark.parametrize("way", ["option", "environment", "file"])
def test_a_taken_port_that_was_asked_for_exits_3(verb: str, way: str, taken: str, mosaicfs: Run, folder: Path) -> None:
    config = folder.parent / "config/mosaicfs"
    config.mkdir(parents=True)
    if way == "file":
        (config / "mosaicfs.toml").write_text(f"server.listen = ['{taken}']")
    options = ["--listen", taken] if way == "option" else []
    what = [str(folder)] if verb == "up" else []
    done = mosaicfs(verb, *what, *options, **({"MOSAICFS_SERVER_LISTEN": taken} if way == "environment" else {}))
    assert done.stderr == f"Another program listens on {taken} already. Stop it, or choose another with --listen.\n"
    assert (done.stdout, done.returncode) == ("", 3)


@pytest.mark.parametrize("verb", ["up", "server"])
def test_a_listener_that_other_machines_can_reach_exits_11_and_opens_nothing(
    verb: str, mosaicfs: Run, folder: Path, tmp_path: Path
) -> None:
    done = mosaicfs(verb, *([str(folder)] if verb == "up" else []), "--listen", "http://0.0.0.0:8440")
    assert done.stderr.startswith("--listen: http://0.0.0.0:8440 can be reached by other machines")
    assert done.returncode == 11
    assert not list(tmp_path.rglob("mosaicfs.db"))


def test_a_database_that_is_not_ours_exits_11_and_stays_as_it_was(mosaicfs: Run, tmp_path: Path) -> None:
    database = tmp_path / "state/mosaicfs/mosaicfs.db"
    database.parent.mkdir(parents=True, mode=0o700)
    database.write_bytes(b"these are my holiday notes" * 100)
    done = mosaicfs("server", "--listen", "http://127.0.0.1:0", "--json")
    told = json.loads(last_line(done))
    assert (told["error"]["code"], told["exit_code"], done.returncode) == ("store_foreign", 11, 11)
    assert database.read_bytes() == b"these are my holiday notes" * 100


def test_a_state_directory_that_others_may_look_into_exits_11(mosaicfs: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "state/mosaicfs").mkdir(parents=True, mode=0o755)
    done = mosaicfs("up", str(folder))
    assert done.stderr.endswith(f"Type: chmod 700 {tmp_path}/state/mosaicfs\n")
    assert done.returncode == 11


def test_a_duty_whose_face_is_switched_off_says_where_to_look_and_exits_12(mosaicfs: Run) -> None:
    done = mosaicfs("server", "--listen", "http://127.0.0.1:0", MOSAICFS_PLUGINS_DISABLED="control")
    assert last_line(done) == "No plugin that is ready does the duty “server”. See why: mosaicfs plugins list"
    assert done.returncode == 12


def test_two_agents_on_one_state_are_refused(running: Start, mosaicfs: Run) -> None:
    with running("agent", "--json", "--name", "attic") as process:
        assert event(process)["node_id"] == "node-attic"
        done = mosaicfs("agent")
        assert done.returncode == 3
        assert "agent.lock" in done.stderr
        stop(process)
        assert process.returncode == 0


def test_server_and_agent_share_one_instance(running: Start) -> None:
    with running("server", "--json", "--listen", "http://127.0.0.1:0") as server:
        about = event(server)
        event(server)
        with running("agent", "--json") as agent:
            assert event(agent)["instance_id"] == about["instance_id"]
            stop(agent)
        stop(server)


def test_plugins_list_shows_loaded_refused_and_why(mosaicfs: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data/mosaicfs/plugins"
    folder.mkdir(parents=True)
    (folder / "broken.py").write_text("import nothing_of_that_name\n")
    done = mosaicfs("plugins", "list")
    rows = {line.split("\t")[0]: line.split("\t") for line in done.stdout.splitlines()}
    assert rows["name"][:6] == ["name", "kind", "version", "standing", "hooks", "title"]
    assert rows["name"][6:] == ["jobs", "reason", "next step"]
    assert rows["control"][3:5] == ["ready", "serve"]
    assert rows["broken"][1:4] == ["file", "", "refused"]
    assert "nothing_of_that_name" in rows["broken"][-2]
    assert rows["broken"][-1].endswith("mosaicfs plugins check broken")
    assert rows["checksum"][3:8:4] == ["disabled", "available, not enabled"]
    assert done.stderr == ""
    assert done.returncode == 0
    items = json.loads(mosaicfs("plugins", "list", "--json").stdout)["items"]
    assert {item["name"]: item["standing"] for item in items} == {
        name: row[3] for name, row in rows.items() if name != "name"
    }


def test_plugins_that_are_refused_stand_in_the_audit_log(running: Start, mosaicfs: Run, tmp_path: Path) -> None:
    folder = tmp_path / "data/mosaicfs/plugins"
    folder.mkdir(parents=True)
    for name in ("left", "right"):
        (folder / f"{name}.py").write_text("")
        (folder / f"{name}.py").chmod(0o666)
    with running("server", "--json", *ANYWHERE) as process:
        event(process)
        event(process)
        found = json.loads(mosaicfs("system", "audit", "--event", "plugin_refused", "--json").stdout)["items"]
        assert {each["target"] for each in found} == {"left", "right"}
        assert {each["result"] for each in found} == {"refused"}
        assert all("unsafe file" in each["detail"]["reason"] for each in found)
        stop(process)


def test_a_duty_logs_json_lines_to_stderr_when_asked_to(running: Start) -> None:
    with running(
        "server", "--json", *ANYWHERE, "--log-format", "json", "--log-level", "debug", MOSAICFS_TRACE_HOOKS="1"
    ) as process:
        event(process)
        event(process)
        process.send_signal(signal.SIGTERM)
        _, told = process.communicate(timeout=20)
    assert [line for line in told.splitlines() if not {"event", "level", "time"} <= set(json.loads(line))] == []


def test_a_reader_that_goes_away_ends_a_duty_with_141(running: Start) -> None:
    with running("server", "--json", *ANYWHERE) as process:
        assert process.stdout
        process.stdout.close()
        assert process.wait(20) == 141
