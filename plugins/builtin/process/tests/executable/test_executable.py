"""Programs that keep the protocol: what they are given, what becomes of what they say."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
import trio

from mosaicfs.errors import (
    AccessRefusedError,
    EntryUnreadableError,
    MosaicError,
    OptionsError,
    SourceUnavailableError,
    ThrottledError,
    TimedOutError,
)
from mosaicfs.model.configuration import PluginsSettings
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.plugin import QueryEndpoint
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs.model.query import Query
from mosaicfs_process.executable.kind import EXECUTABLES
from mosaicfs_process.executable.sandbox import Reach, command, walls_of
from plugins.builtin.process.tests.scenery import event, has_ended, lines_in, until

Write = Callable[[str, str], Path]
Make = Callable[..., PluginInstance]

ECHO = """\
#!/bin/sh
printf '{"given": %s}' "$(cat)"
"""


LOOK_AROUND = (
    f"#!{sys.executable}"
    """
import json, os, resource
fds = sorted(int(fd) for fd in os.listdir("/proc/self/fd"))
said = {"env": sorted(os.environ), "cwd": os.getcwd(), "fds": fds[:-1], "nice": os.nice(0)}
said |= {"group": os.getpgrp() == os.getppid(), "mode": os.stat(".").st_mode & 0o777}
said |= {"files": resource.getrlimit(resource.RLIMIT_NOFILE)[0]}
said |= {"data": resource.getrlimit(resource.RLIMIT_DATA)[0]}
print(json.dumps(said))
"""
)


def module(ground: PluginGround, instance: PluginInstance) -> Any:
    joined = EXECUTABLES.join(ground, instance)
    assert joined.standing == ("ready", "")
    return joined.module


async def test_a_program_is_given_one_envelope(
    ground: PluginGround, program: Write, instance: Make, entry: Entry
) -> None:
    program("words", ECHO)
    asked = module(ground, instance("words@work", config={"endpoint": "http://gpu"}))
    answer = await asked.annotate(event(1042), entry, Path("/tmp/report.pdf"))
    assert answer == {
        "given": {
            "event": "file.added",
            "protocol": 1,
            "sequence": 1042,
            "timestamp": "2026-02-16T09:22:00Z",
            "node_id": "laptop",
            "plugin_name": "words@work",
            "attempt": 1,
            "matched_rules": [],
            "config": {"endpoint": "http://gpu"},
            "payload": {
                "file_id": entry.file_id,
                "export_path": "/home/mark/report.pdf",
                "name": "report.pdf",
                "size": 7,
                "mime_type": "application/pdf",
                "mtime": "2026-01-15T14:30:00.123456Z",
                "content_path": "/tmp/report.pdf",
            },
        }
    }


@pytest.mark.parametrize(("said", "answer"), [("{}", {}), ("null", None), ('{"a": 1}', {"a": 1})])
async def test_nothing_to_store_and_nothing_new_are_told_apart(
    ground: PluginGround, program: Write, instance: Make, said: str, answer: object
) -> None:
    program("words", f"#!/bin/sh\necho '{said}'\n")
    assert await module(ground, instance()).annotate(event(), None, None) == answer


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (65, EntryUnreadableError),
        (66, EntryUnreadableError),
        (77, AccessRefusedError),
        (78, OptionsError),
        (1, SourceUnavailableError),
        (127, SourceUnavailableError),
    ],
)
@pytest.mark.allow_log("plugin says")
async def test_an_exit_code_names_the_branch(
    ground: PluginGround, program: Write, instance: Make, code: int, error: type[MosaicError]
) -> None:
    program("words", f"#!/bin/sh\necho 'no such font' >&2\nexit {code}\n")
    with pytest.raises(error, match="no such font"):
        await module(ground, instance()).annotate(event(), None, None)


async def test_a_signal_is_tried_again(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\nkill -SEGV $$\n")
    with pytest.raises(SourceUnavailableError, match="SIGSEGV"):
        await module(ground, instance()).annotate(event(), None, None)


async def test_an_error_in_the_answer_names_its_branch(ground: PluginGround, program: Write, instance: Make) -> None:
    told = {"error": {"kind": "try_later", "code": "throttled", "message": "slowly", "retry_after_s": 30}}
    program("words", f"#!/bin/sh\necho '{json.dumps(told)}'\n")
    with pytest.raises(ThrottledError) as raised:
        await module(ground, instance()).annotate(event(), None, None)
    assert raised.value.retry_after_s == 30


async def test_a_program_finds_little_around_it(
    ground: PluginGround, program: Write, instance: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_SECRET", "MOSAICFS_TOKEN", "FONT_DIR"):
        monkeypatch.setenv(name, "hunter2")
    ground = replace(ground, settings=PluginsSettings(sandbox="off", pass_env=("FONT_DIR", "MOSAICFS_TOKEN")))
    program("words", LOOK_AROUND)
    said = await module(ground, instance()).annotate(event(), None, None)
    assert set(said["env"]) <= {"PATH", "HOME", "TMPDIR", "LANG", "TZ", "FONT_DIR", "LC_ALL", "LC_CTYPE"}
    assert "FONT_DIR" in said["env"]
    assert said["cwd"] == str(ground.state_dir / "plugin-state" / "words")
    assert said["fds"] == [0, 1, 2]
    assert (said["nice"] >= 10, said["group"], said["mode"]) == (True, True, 0o700)
    assert (said["files"], said["data"]) == (256, 1024 << 20)


async def test_a_compiled_program_is_the_file_that_was_looked_at(
    ground: PluginGround, instance: Make, tmp_path: Path
) -> None:
    """It runs from the open descriptor, so nothing of ours is open in it."""
    shutil.copy(str(shutil.which("env")), ground.plugins_dir / "words")
    (ground.plugins_dir / "words").chmod(0o755)
    with pytest.raises(SourceUnavailableError, match="no JSON"):
        await module(ground, instance()).annotate(event(), None, None)


async def test_jobs_run_as_many_at_once_as_the_document_says_and_queries_beside_them(
    ground: PluginGround, program: Write, instance: Make, tmp_path: Path
) -> None:
    program(
        "words",
        f"""\
        #!/bin/sh
        case "$(cat)" in
          *'"event":"query"'*) echo '{{"description": "found", "results": [{{"score": 1}}, {{"score": 0.5}}]}}' ;;
          *) echo begun >>{tmp_path}/begun; while [ ! -e {tmp_path}/go ]; do sleep 0.02; done; echo '{{}}' ;;
        esac
        """,
    )
    endpoint = QueryEndpoint(name="search", capability="search", description="All")
    found = module(ground, instance(workers=2, query_endpoints=(endpoint,)))
    async with trio.open_nursery() as nursery:
        for number in range(3):
            nursery.start_soon(found.annotate, event(number), None, None)
        await until(lambda: len(lines_in(tmp_path / "begun")) == 2)
        answer = await found.query(Query(capability="search", query="earnings", limit=1))
        assert (answer.description, answer.results) == ("found", ({"score": 1},))
        assert len(lines_in(tmp_path / "begun")) == 2
        (tmp_path / "go").touch()
    assert len(lines_in(tmp_path / "begun")) == 3


async def test_events_that_wait_together_go_together_and_what_is_missing_is_asked_alone(
    ground: PluginGround, program: Write, instance: Make, tmp_path: Path
) -> None:
    program(
        "words",
        f"""\
        #!/usr/bin/env python3
        import json, sys
        asked = json.load(sys.stdin)
        with open("{tmp_path}/calls", "a") as calls:
            calls.write(str(len(asked.get("events", [1]))) + "\\n")
        if asked["event"] != "batch":
            print(json.dumps({{"alone": asked["sequence"]}}))
        else:
            results = [{{"sequence": each["sequence"], "data": {{"of": each["sequence"]}}}} for each in asked["events"]]
            results[1] = {{"sequence": results[1]["sequence"], "error": {{"kind": "give_up", "message": "torn"}}}}
            print(json.dumps({{"results": results[:-1]}}))
        """,
    )
    found = module(ground, instance(workers=1, batch_size=10))
    answers: dict[int, object] = {}

    async def ask(number: int) -> None:
        try:
            answers[number] = await found.annotate(event(number), None, None)
        except MosaicError as trouble:
            answers[number] = type(trouble)

    async with trio.open_nursery() as nursery:
        for number in range(5):
            nursery.start_soon(ask, number)
    sizes = [int(line) for line in (tmp_path / "calls").read_text().split()]
    assert sum(1 for size in sizes if size > 1) == 1
    together = [number for number, answer in answers.items() if answer == {"of": number}]
    alone = [number for number, answer in answers.items() if answer == {"alone": number}]
    refused = [number for number, answer in answers.items() if answer is EntryUnreadableError]
    assert len(together) + len(alone) + len(refused) == 5
    assert len(refused) == 1


@pytest.mark.patient
async def test_a_program_that_ignores_its_end_is_ended(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\ntrap '' TERM\necho $$ >pid\nwhile :; do sleep 1; done\n")
    found = module(ground, instance(timeout_s=1))
    with pytest.raises(TimedOutError):
        await found.annotate(event(), None, None)
    pid = int((ground.state_dir / "plugin-state/words/pid").read_text())
    await until(lambda: has_ended(pid))


async def test_what_a_program_leaves_behind_goes_with_it(ground: PluginGround, program: Write, instance: Make) -> None:
    """Also where it holds our pipes open."""
    program("words", "#!/bin/sh\nsleep 300 &\necho $! >child\necho '{}'\n")
    assert await module(ground, instance()).annotate(event(), None, None) == {}
    child = int((ground.state_dir / "plugin-state/words/child").read_text())
    await until(lambda: has_ended(child))


async def test_a_cancelled_call_leaves_no_process(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\necho $$ >pid\nexec sleep 300\n")
    found = module(ground, instance())
    place = ground.state_dir / "plugin-state/words/pid"
    async with trio.open_nursery() as nursery:
        nursery.start_soon(found.annotate, event(), None, None)
        await until(lambda: bool(lines_in(place)))
        nursery.cancel_scope.cancel()
    await until(lambda: has_ended(int(place.read_text())))


async def test_a_file_system_is_read_through_its_program(
    ground: PluginGround, program: Write, instance: Make, entry: Entry
) -> None:
    program(
        "words",
        """\
        #!/usr/bin/env python3
        import json, sys
        asked = json.load(sys.stdin)["payload"]
        open(asked["staging_path"], "wb").write(b"whole content")
        print(json.dumps({"size": 13, "whole": True}))
        """,
    )
    found = module(ground, instance(provides_filesystem=True, file_path_prefix="/home/mark"))
    stream = await found.materialize(entry, Span(6, 3))
    assert b"".join([piece async for piece in stream]) == b"con"
    assert not list((ground.state_dir / "plugin-state/words/staging").glob("*"))
    other = module(ground, instance(provides_filesystem=True, file_path_prefix="/home/mar"))
    assert await other.materialize(entry, Span()) is None


async def test_in_a_sandbox_a_program_sees_its_file_and_not_its_neighbour(
    ground: PluginGround, program: Write, instance: Make, tmp_path: Path, entry: Entry
) -> None:
    if await walls_of("auto") != "bwrap":
        pytest.skip("bubblewrap does not work on this machine")
    ground = replace(ground, settings=PluginsSettings(sandbox="required"))
    for name in ("shown.pdf", "hidden.pdf"):
        (tmp_path / name).write_text(name)
    program(
        "words",
        f"""\
        #!/bin/sh
        shown=$(cat {tmp_path}/shown.pdf) hidden=$(cat {tmp_path}/hidden.pdf 2>/dev/null)
        echo kept >kept
        net=$(grep -c : /proc/net/dev)
        echo "{{\\"shown\\": \\"$shown\\", \\"hidden\\": \\"$hidden\\", \\"devices\\": $net}}"
        """,
    )
    said = await module(ground, instance()).annotate(event(), entry, tmp_path / "shown.pdf")
    assert said == {"shown": "shown.pdf", "hidden": "", "devices": 1}
    assert (ground.state_dir / "plugin-state/words/kept").read_text() == "kept\n"


def test_no_word_of_the_environment_stands_in_the_command_of_systemd(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tool itself needs a manager, which containers do not have: only the words are looked at."""
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("FONT_KEY", "hunter2")
    words = command("systemd", Reach(Path("/p/words"), Path("/s/words")), PluginsSettings(memory_max_mb=10))
    assert "--setenv=FONT_KEY" in words
    assert not any("hunter2" in word for word in words)
    assert {"MemoryMax=10M", "PrivateNetwork=yes", "ReadWritePaths=/s/words"} <= set(words)
    assert words[-2:] == ["--", "/p/words"]


@pytest.mark.patient
@pytest.mark.parametrize("sandbox", ["off", "auto"])
async def test_a_long_job_is_not_ended_with_the_thread_that_began_it(
    ground: PluginGround, program: Write, instance: Make, sandbox: Literal["off", "auto"]
) -> None:
    """Threads of the agent that idle for ten seconds end."""
    program("words", "#!/bin/sh\nsleep 13\necho '{}'\n")
    ground = replace(ground, settings=replace(ground.settings, sandbox=sandbox))
    assert await module(ground, instance()).annotate(event(), None, None) == {}


def test_no_program_outlives_an_agent_that_is_killed(ground: PluginGround, program: Write, tmp_path: Path) -> None:
    program("words", f"#!/bin/sh\necho $$ >{tmp_path}/pid\nexec sleep 300\n")
    code = f"""
import trio
from pathlib import Path
from mosaicfs_process.executable.running import Program, run
path = Path({str(ground.plugins_dir)!r}, "words")
with path.open("rb") as file:
    program = Program(file.fileno(), path, path.parent, {{"PATH": "/usr/bin:/bin"}}, {{"nice": 1}})
    trio.run(run, program, b"", 300.0)
"""
    agent = subprocess.Popen([sys.executable, "-c", code])
    try:
        while not lines_in(tmp_path / "pid"):
            time.sleep(0.01)
    finally:
        agent.kill()
        agent.wait()
    pid = int(lines_in(tmp_path / "pid")[0])
    while not has_ended(pid):
        time.sleep(0.01)


@pytest.mark.allow_log("plugin says")
async def test_a_secret_that_a_program_prints_is_masked(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\necho 'login with hunter2 failed' >&2\nexit 77\n")
    discreet = replace(instance(), discreet=lambda text: text.replace("hunter2", "••••"))
    with pytest.raises(AccessRefusedError, match="login with •••• failed"):
        await module(ground, discreet).annotate(event(), None, None)
