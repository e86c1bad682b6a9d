"""Programs that do what they should not: each costs its own job, and nobody waits for it longer than was said."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trio

from mosaicfs import RefusedError
from mosaicfs.errors import MosaicError, PluginBrokenError, SourceUnavailableError, TimedOutError
from mosaicfs.model.crawling import Change, Source, Usage
from mosaicfs.model.entry import Entry, Span
from mosaicfs.model.plugin_kind import PluginGround, PluginInstance
from mosaicfs_process.executable.found import FoundExecutable, executables
from mosaicfs_process.executable.kind import EXECUTABLES
from mosaicfs_process.executable.running import LONGEST_STDERR
from plugins.builtin.process.tests.scenery import event, has_ended, lines_in, until

Write = Callable[[str, str], Path]
Make = Callable[..., PluginInstance]


def module(ground: PluginGround, instance: PluginInstance) -> Any:
    return EXECUTABLES.join(ground, instance).module


@pytest.mark.parametrize(
    "said",
    [
        "printf 'garbage'",
        "printf ''",
        """printf '{"half": '""",
        "printf '[1, 2]'",
        "printf '12'",
        """printf '{} {}'""",
        r"printf '\377\376'",
        """printf '{"error": "no"}'""",
        """printf '{"error": {"kind": "whatever"}}'""",
        "head -c 100000 /dev/zero | tr '\\\\0' '['",
    ],
)
async def test_an_answer_that_makes_no_sense_is_asked_for_again(
    ground: PluginGround, program: Write, instance: Make, said: str
) -> None:
    program("words", f"#!/bin/sh\n{said}\n")
    with pytest.raises(SourceUnavailableError):
        await module(ground, instance()).annotate(event(), None, None)


async def test_too_much_is_cut_off_and_not_asked_for_again(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    program("words", "#!/bin/sh\nyes\n")
    with pytest.raises(PluginBrokenError, match="10 MB"):
        await module(ground, instance()).annotate(event(), None, None)


@pytest.mark.allow_log("plugin says")
async def test_a_flood_on_stderr_harms_nobody(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", f"#!/bin/sh\nyes | head -c {LONGEST_STDERR * 5} >&2\necho '{{}}'\n")
    assert await module(ground, instance()).annotate(event(), None, None) == {}


async def test_a_program_that_does_not_read_is_not_waited_for(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    program("words", "#!/bin/sh\nexec <&-\necho '{}'\n")
    found = module(ground, instance(config={"much": "x" * 1_000_000}))
    assert await found.annotate(event(), None, None) == {}


async def test_what_forks_and_leaves_its_group_is_not_waited_for(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    """It holds our pipes open for as long as it lives."""
    program("words", "#!/bin/sh\nsetsid sleep 30 &\necho $! >child\necho '{}'\n")
    with trio.fail_after(20):
        assert await module(ground, instance()).annotate(event(), None, None) == {}
    place = ground.state_dir / "plugin-state/words/child"
    child = int(lines_in(place)[0])
    if not has_ended(child):
        os.kill(child, 9)


async def test_an_answer_after_the_limit_does_not_count(ground: PluginGround, program: Write, instance: Make) -> None:
    program("words", "#!/bin/sh\ntrap 'echo \"{}\"; exit 0' TERM\nsleep 300 &\nwait\n")
    with pytest.raises(TimedOutError):
        await module(ground, instance(timeout_s=1)).annotate(event(), None, None)


async def test_a_program_that_has_gone_makes_its_jobs_wait(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    path = program("words", "#!/bin/sh\necho '{}'\n")
    joined = EXECUTABLES.join(ground, instance())
    path.unlink()
    with pytest.raises(SourceUnavailableError, match="cannot be opened"):
        await joined.module.annotate(event(), None, None)
    joined.take(instance())
    assert joined.standing[0] == "missing"


async def test_a_job_that_runs_ends_with_the_configuration_that_it_began_with(
    ground: PluginGround, program: Write, instance: Make, tmp_path: Path
) -> None:
    program(
        "words",
        f"""\
        #!/bin/sh
        asked=$(cat)
        echo begun >>{tmp_path}/begun
        while [ ! -e {tmp_path}/go ]; do sleep 0.02; done
        case "$asked" in *'"colour":"red"'*) echo '{{"red": true}}' ;; *) echo '{{"red": false}}' ;; esac
        """,
    )
    joined = EXECUTABLES.join(ground, instance(config={"colour": "red"}))
    found: Any = joined.module
    answers: list[object] = []

    async def ask() -> None:
        answers.append(await found.annotate(event(), None, None))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await until(lambda: bool(lines_in(tmp_path / "begun")))
        joined.take(instance(config={"colour": "blue"}))
        (tmp_path / "go").touch()
    await ask()
    assert answers == [{"red": True}, {"red": False}]


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o644])
def test_what_others_may_write_or_nobody_may_run_is_refused(ground: PluginGround, program: Write, mode: int) -> None:
    path = program("words", "#!/bin/sh\n")
    path.chmod(mode)
    with pytest.raises(RefusedError):
        FoundExecutable(path).load()


def test_a_link_out_of_the_folder_is_refused(ground: PluginGround, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("#!/bin/sh\n")
    (tmp_path / "elsewhere").chmod(0o755)
    (ground.plugins_dir / "words").symlink_to(tmp_path / "elsewhere")
    (found,) = executables(ground.plugins_dir)
    with pytest.raises(RefusedError, match="leads out of the plugins folder"):
        found.load()


@pytest.mark.parametrize(
    ("sidecar", "reason"),
    [
        ("garbage", "cannot be read"),
        ("[]", "cannot be read"),
        ('{"name": "other", "api": 1}', "calls itself other"),
        ('{"name": "words", "api": 1, "hooks": ["tier"]}', "hook tier"),
        ('{"name": "words"}', "api"),
    ],
)
def test_a_sidecar_that_makes_no_sense_refuses_its_program(
    ground: PluginGround, program: Write, instance: Make, sidecar: str, reason: str
) -> None:
    program("words", "#!/bin/sh\n")
    (ground.plugins_dir / "words.json").write_text(sidecar)
    standing, told = EXECUTABLES.join(ground, instance()).standing
    assert standing == "refused"
    assert reason in told


class Sink:
    def __init__(self) -> None:
        self.changes: list[Change] = []

    async def send(self, change: Change) -> None:
        self.changes.append(change)

    def progress(self) -> None:
        """Nobody counts the time here."""


async def test_files_of_others_are_skipped_and_counted(ground: PluginGround, program: Write, instance: Make) -> None:
    program(
        "words",
        """\
        #!/usr/bin/env python3
        import json, sys
        asked = json.load(sys.stdin)["payload"]
        if asked["page"] is None:
            paths = ["/gmail/a", "/gmail/../etc/passwd", "/home/mark/x", "/gmailer/x", "/gmail", "gmail/b", ""]
            files = [{"action": "create", "export_path": path, "size": 1} for path in paths]
            print(json.dumps({"files": [*files, 12, {"action": "eat"}], "more": True, "page": 2, "cursor": "early"}))
        else:
            print(json.dumps({"files": [{"action": "delete", "export_path": "/gmail/c"}], "cursor": "late"}))
        """,
    )
    found = module(ground, instance(provides_filesystem=True, file_path_prefix="/gmail"))
    sink = Sink()
    source = Source(name="gmail", backend="mail", node_id="laptop", prefix="/gmail")
    end = await found.crawl(source, None, sink)
    assert [change.export_path for change in sink.changes] == ["/gmail/a", "/gmail/c"]
    assert (end.complete, end.cursor, len(end.skipped)) == (False, "late", 8)


async def test_what_a_program_tells_of_its_service_is_passed_on_or_makes_no_sense(
    ground: PluginGround, program: Write, instance: Make
) -> None:
    usage = {"requests": {"search": 3}, "throttled_s": 1.5, "signed_in_until": "2026-05-17T09:00:00Z", "newer": 1}
    for told, is_sound in ((usage, True), ({"requests": {"search": "many"}}, False)):
        program(
            "words",
            f"""\
            #!/usr/bin/env python3
            import json, sys
            json.load(sys.stdin)
            print(json.dumps({{"files": [], "complete": True, "usage": {told!r}}}))
            """,
        )
        found = module(ground, instance(provides_filesystem=True, file_path_prefix="/gmail"))
        source = Source(name="gmail", backend="mail", node_id="laptop", prefix="/gmail")
        if is_sound:
            known = Usage(requests={"search": 3}, throttled_s=1.5, signed_in_until="2026-05-17T09:00:00Z")
            assert (await found.crawl(source, None, Sink())).usage == known
        else:
            with pytest.raises(MosaicError, match="usage"):
                await found.crawl(source, None, Sink())


@pytest.mark.parametrize(
    "answer",
    [
        '{"size": 4}',
        '{"size": 1, "link": true}',
        "{}",
        '{"size": 3, "none": true}',
    ],
)
async def test_a_file_that_is_not_what_was_said_is_no_success(
    ground: PluginGround, program: Write, instance: Make, entry: Entry, answer: str
) -> None:
    program(
        "words",
        f"""\
        #!/usr/bin/env python3
        import json, os, sys
        place, answer = json.load(sys.stdin)["payload"]["staging_path"], {answer!r}
        if "link" in answer:
            os.symlink("/etc/passwd", place)
        elif "none" not in answer:
            open(place, "w").write("abc")
        print(answer)
        """,
    )
    found = module(ground, instance(provides_filesystem=True, file_path_prefix="/home"))
    with pytest.raises(MosaicError):
        [piece async for piece in await found.materialize(entry, Span())]
    assert not list((ground.state_dir / "plugin-state/words/staging").glob("*"))


async def test_where_walls_are_required_and_none_stand_nothing_runs(
    ground: PluginGround, program: Write, instance: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mosaicfs_process.executable.sandbox._found", lambda: "none")
    path = program("words", "#!/bin/sh\ntouch ran\necho '{}'\n")
    ground = replace(ground, settings=replace(ground.settings, sandbox="required"))
    with pytest.raises(MosaicError, match="only run in a sandbox"):
        await module(ground, instance()).annotate(event(), None, None)
    assert path.exists()
    assert not list(ground.state_dir.rglob("ran"))
