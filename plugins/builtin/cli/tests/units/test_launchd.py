"""Launch agents of macOS, as far as they can be tried elsewhere: the list, its place, and what launchctl is asked."""

from __future__ import annotations

import os
import plistlib
from collections.abc import Callable
from pathlib import Path

import pytest

from mosaicfs.errors import UnsupportedError
from mosaicfs_cli.failures import exit_code
from mosaicfs_cli.units.checksum import is_edited
from mosaicfs_cli.units.keeper import Keeper, keeper_of
from mosaicfs_cli.units.launchd import label_of, plist_text
from mosaicfs_cli.units.putting import UnitEditedError, foreseen, put
from mosaicfs_cli.units.unit import DUTIES, Duty, words

COMMAND = ["/opt/my apps/mosaicfs", "--config=/Users/ana/a & b.toml"]
PRINTED = "gui/501/org.mosaicfs.agent = {\\n\\tactive count = 1\\n\\tstate = running\\n\\tpid = 4242\\n\\n}\\n"


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """What launchctl was asked, a line each. It knows `org.mosaicfs.agent` to run, and `org.mosaicfs.up` not at all."""
    told = tmp_path / "launchctl.log"
    (tmp_path / "bin").mkdir()
    script = f"""#!/bin/sh
echo "$@" >> {told}
case "$1 $2" in
    "print "*agent) printf '{PRINTED}' ;;
    "print-disabled "*) printf '\\t"org.mosaicfs.server" => disabled\\n' ;;
    "print "*|"bootout "*) echo "Could not find service" >&2; exit 113 ;;
    "bootstrap "*) test ! -e {tmp_path}/refuse || {{ echo "Bootstrap failed: 5: Input/output error" >&2; exit 5; }} ;;
esac
"""
    (tmp_path / "bin/launchctl").write_text(script)
    (tmp_path / "bin/launchctl").chmod(0o755)
    return told


@pytest.fixture
def keeper(asked: Path, tmp_path: Path) -> Callable[[Duty], Keeper]:
    environment = {"HOME": str(tmp_path / "ana"), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    log = tmp_path / "state/log"
    return lambda duty: keeper_of(duty, environment, log, is_system=False, platform="darwin")


@pytest.mark.parametrize("duty", DUTIES)
def test_the_property_list_says_how_the_duty_is_kept_up(duty: Duty) -> None:
    text = plist_text(duty, COMMAND, Path("/Users/ana/log/x.log"))
    assert plistlib.loads(text.encode()) == {
        "Label": f"org.mosaicfs.{duty}",
        "ProgramArguments": [*COMMAND, *words(duty), "--log-format=json"],
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 30,
        "ExitTimeOut": 30,
        "Umask": 0o077,
        "StandardOutPath": "/Users/ana/log/x.log",
        "StandardErrorPath": "/Users/ana/log/x.log",
    }
    assert text.startswith("<?xml")


def test_an_edited_list_is_known_by_its_checksum(tmp_path: Path) -> None:
    text, path = plist_text("up", COMMAND, tmp_path / "log"), tmp_path / "list.plist"
    assert not is_edited(text)
    path.write_text(text.replace("<true/>", "<false/>"))
    with pytest.raises(UnitEditedError):
        foreseen(path, text)
    path.write_text(plist_text("up", ["/older/mosaicfs"], tmp_path / "log"))
    assert foreseen(path, text) == "updated"


def test_it_lies_among_the_launch_agents_of_its_person(keeper: Callable[[Duty], Keeper], tmp_path: Path) -> None:
    for duty in DUTIES:
        assert keeper(duty).path == tmp_path / f"ana/Library/LaunchAgents/org.mosaicfs.{duty}.plist"


def test_it_is_put_there_shown_and_taken_away(keeper: Callable[[Duty], Keeper], asked: Path, tmp_path: Path) -> None:
    agent, domain = keeper("agent"), f"gui/{os.getuid()}"
    assert agent.standing().enabled == "missing"
    agent.prepare()
    assert (tmp_path / "state/log").stat().st_mode & 0o077 == 0
    put(agent.path, agent.text(COMMAND))
    agent.enable(now=True)
    assert agent.standing() == ("enabled", "active", "running", 4242)
    agent.remove()
    assert not agent.path.exists()
    assert [line for line in asked.read_text().splitlines() if not line.startswith("print")] == [
        f"enable {domain}/org.mosaicfs.agent",
        f"bootout {domain}/org.mosaicfs.agent",
        f"bootstrap {domain} {agent.path}",
        f"bootout {domain}/org.mosaicfs.agent",
    ]


def test_without_now_it_waits_for_the_next_login(keeper: Callable[[Duty], Keeper], asked: Path) -> None:
    keeper("up").enable(now=False)
    assert asked.read_text().split() == ["enable", f"gui/{os.getuid()}/{label_of('up')}"]


def test_one_that_is_not_loaded_is_inactive_and_one_that_was_switched_off_disabled(
    keeper: Callable[[Duty], Keeper],
) -> None:
    known: tuple[tuple[Duty, str], ...] = (("up", "enabled"), ("server", "disabled"))
    for duty, enabled in known:
        service = keeper(duty)
        put(service.path, service.text(COMMAND))
        assert service.standing() == (enabled, "inactive", "", 0)


def test_what_launchd_refuses_is_told_with_the_command(keeper: Callable[[Duty], Keeper], tmp_path: Path) -> None:
    (tmp_path / "refuse").touch()
    with pytest.raises(UnsupportedError, match=r"Bootstrap failed: 5: .*Try by hand: launchctl bootstrap gui/") as told:
        keeper("up").enable(now=True)
    assert exit_code(told.value) == 12


@pytest.mark.parametrize(
    ("platform", "is_system", "said"),
    [
        ("darwin", True, "Leave out --system, or start it by hand: sudo mosaicfs server"),
        ("darwin", False, "This machine has no launchctl. Start it by hand: mosaicfs server"),
        ("linux", False, "This machine has no systemd. Start it by hand: mosaicfs server"),
        ("freebsd14", False, "not for freebsd14. Start it by hand: mosaicfs server"),
    ],
)
def test_where_there_is_no_such_service_the_command_is_named(
    platform: str, is_system: bool, said: str, tmp_path: Path
) -> None:
    with pytest.raises(UnsupportedError, match=said) as told:
        keeper_of("server", {"PATH": str(tmp_path)}, tmp_path, is_system=is_system, platform=platform)
    assert exit_code(told.value) == 12


class BecameError(Exception):
    """Another program, with these words."""


def test_its_log_is_what_is_shown(
    keeper: Callable[[Duty], Keeper], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def become(_: str, command: list[str], environment: object) -> None:
        raise BecameError(*command)

    monkeypatch.setattr(os, "execvpe", become)
    agent, log = keeper("agent"), f"{tmp_path}/state/log/agent.launchd.log"
    with pytest.raises(BecameError) as became:
        agent.show_logs(20, follow=True, as_json=False)
    assert became.value.args == ("tail", "-n", "20", "-F", log)
    assert f"<string>{log}</string>" in agent.text(COMMAND)
