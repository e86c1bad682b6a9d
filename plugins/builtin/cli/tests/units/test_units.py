"""The units of systemd: what they say, where they lie, and that nothing of the owner's is written over."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path

import pytest

from mosaicfs_cli import readiness
from mosaicfs_cli.units.checksum import is_edited
from mosaicfs_cli.units.putting import Ground, ProgramHiddenError, UnitEditedError, foreseen, require_visible
from mosaicfs_cli.units.unit import DUTIES, MOUNTING, Asked, Duty, unit_name, unit_text, words

Run = Callable[..., "subprocess.CompletedProcess[str]"]

EVERY = [(duty, is_system) for duty in DUTIES for is_system in (False, True)]


def parsed(text: str) -> RawConfigParser:
    unit = RawConfigParser(strict=True)
    unit.optionxform = str  # type: ignore[method-assign,assignment]  # systemd's keys have capitals
    unit.read_string(text)
    return unit


@pytest.mark.parametrize(("duty", "is_system"), EVERY)
def test_every_unit_starts_tells_and_ends_as_its_duty_does(duty: Duty, is_system: bool) -> None:
    unit = parsed(unit_text(Asked(duty, ["/opt/mosaicfs"], is_system)))
    assert unit.sections() == ["Unit", "Service", "Install"]
    service = unit["Service"]
    assert service["Type"] == "notify"
    assert service["ExecStart"] == f"/opt/mosaicfs {' '.join(words(duty))} --log-format=json"
    assert service["RestartPreventExitStatus"].split() == ["2", "3", "5", "11", "12"]
    assert ("User" in service) is is_system
    assert unit["Install"]["WantedBy"] == ("multi-user.target" if is_system else "default.target")


@pytest.mark.parametrize(("duty", "is_system"), EVERY)
def test_what_mounts_keeps_its_rights_and_the_others_give_theirs_up(duty: Duty, is_system: bool) -> None:
    service = parsed(unit_text(Asked(duty, ["/opt/mosaicfs"], is_system)))["Service"]
    tight = {"NoNewPrivileges", "SystemCallFilter", "RestrictAddressFamilies", "MemoryDenyWriteExecute"}
    of_system = {"ProtectSystem", "PrivateTmp", "ReadWritePaths", "ProtectHome", "RestrictSUIDSGID"}
    if duty in MOUNTING:
        assert not (tight | of_system | {"PrivateMounts"}) & set(service)
        return
    assert tight <= set(service)
    assert (of_system <= set(service)) is is_system
    if is_system:
        assert service["ProtectHome"] == ("read-only" if duty == "agent" else "yes")
        assert service["CapabilityBoundingSet"] == ("CAP_DAC_READ_SEARCH" if duty == "agent" else "")


def test_a_program_in_an_odd_place_is_quoted_as_systemd_reads_it() -> None:
    text = unit_text(Asked("up", ["/opt/my apps/100%/$x/mosaicfs", '--config=/a"b\\c'], is_system=False))
    line = next(each for each in text.splitlines() if each.startswith("ExecStart="))
    assert line == 'ExecStart="/opt/my apps/100%%/$$x/mosaicfs" "--config=/a\\"b\\\\c" up --no-open --log-format=json'


@pytest.mark.parametrize(("duty", "is_system"), EVERY)
def test_systemd_finds_no_fault_with_it(duty: Duty, is_system: bool, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    path = tmp_path / unit_name(duty)
    path.write_text(unit_text(Asked(duty, ["/bin/true"], is_system)))
    done = _analyzed("verify", "--man=no", *([] if is_system else ["--user"]), str(path))
    ours = [line for line in done.stderr.splitlines() if unit_name(duty) in line]
    assert ours == []


@pytest.mark.parametrize("duty", ["server", "agent"])
def test_systemd_calls_the_units_of_the_system_well_protected(duty: Duty, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    path = tmp_path / unit_name(duty)
    path.write_text(unit_text(Asked(duty, ["/bin/true"], is_system=True)))
    done = _analyzed("security", "--offline=yes", "--threshold=40", "--no-pager", str(path))
    if "unrecognized option" in done.stderr:
        pytest.skip("this systemd-analyze judges no unit that is not loaded")
    assert done.returncode == 0, done.stdout[-400:] + done.stderr


def _analyzed(*words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_LOG_LEVEL": "warning"}
    command = ["systemd-analyze", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


# --- one that was edited -------------------------------------------------------------------------------------------


def test_a_unit_of_ours_is_updated_and_an_edited_one_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.service"
    old, new = (unit_text(Asked("up", [f"/opt/{version}/mosaicfs"], is_system=False)) for version in "12")
    assert foreseen(path, new) == "written"
    path.write_text(old)
    assert (foreseen(path, new), foreseen(path, old)) == ("updated", "unchanged")
    path.write_text(old.replace("UMask=0077", "UMask=0022"))
    with pytest.raises(UnitEditedError) as refused:
        foreseen(path, new)
    assert "-UMask=0022" in refused.value.difference
    assert "+UMask=0077" in refused.value.difference


@pytest.mark.parametrize("text", ["", "[Service]\n", "# Checksum: sha256:abc\n"])
def test_a_unit_of_somebody_else_counts_as_edited(text: str) -> None:
    assert is_edited(text)


def test_units_of_the_system_lie_elsewhere(tmp_path: Path) -> None:
    environment = {"HOME": "/home/ana"}
    assert Ground(environment, is_system=False).unit("up") == Path("/home/ana/.config/systemd/user/mosaicfs.service")
    assert Ground(environment | {"XDG_CONFIG_HOME": "/c"}, is_system=False).unit("agent") == Path(
        "/c/systemd/user/mosaicfs-agent.service"
    )
    assert Ground(environment, is_system=True).unit("up") == Path("/etc/systemd/system/mosaicfs.service")


@pytest.mark.parametrize("place", ["/home/ana/.venv/bin/python", "/root"])
def test_a_program_in_a_home_directory_is_no_service_of_the_system(place: str) -> None:
    require_visible("/opt/home/bin/python", "/usr")
    with pytest.raises(ProgramHiddenError, match=f"{place} lies in a home directory"):
        require_visible("/opt/mosaicfs/bin/python", place)


# --- the verbs, with a systemctl that only writes down what it was asked ----------------------------------------------


@pytest.fixture
def asked(tmp_path: Path, surroundings: dict[str, str]) -> Path:
    """What systemctl was asked, a line each."""
    folder, told = tmp_path / "bin", tmp_path / "systemctl.log"
    folder.mkdir()
    answer = "LoadState=loaded\\nActiveState=active\\nSubState=running\\nUnitFileState=enabled\\nMainPID=42"
    script = f'#!/bin/sh\necho "$@" >> {told}\ntest "$2" = show && printf "{answer}\\n"\nexit 0\n'
    (folder / "systemctl").write_text(script)
    (folder / "systemctl").chmod(0o755)
    surroundings["PATH"] = f"{folder}:{surroundings['PATH']}"
    return told


def test_a_service_is_installed_shown_and_removed(asked: Path, mosaicfs: Run, surroundings: dict[str, str]) -> None:
    path = Path(surroundings["XDG_CONFIG_HOME"], "systemd", "user", "mosaicfs-agent.service")
    done = mosaicfs("service", "install", "--duty", "agent", "--now", "--json")
    assert json.loads(done.stdout) == {
        "unit": "mosaicfs-agent.service",
        "path": str(path),
        "enabled": "enabled",
        "active": "active",
    }
    assert not is_edited(path.read_text())
    assert path.stat().st_mode & 0o777 == 0o644
    shown = json.loads(mosaicfs("service", "status", "--duty", "agent", "--json").stdout)
    assert (shown["active"], shown["pid"]) == ("active", 42)
    assert mosaicfs("service", "uninstall", "--duty", "agent").returncode == 0
    assert not path.exists()
    assert [line for line in asked.read_text().splitlines() if "show" not in line] == [
        "--user daemon-reload",
        "--user enable --now mosaicfs-agent.service",
        "--user disable --now mosaicfs-agent.service",
        "--user daemon-reload",
    ]


def test_a_dry_run_writes_nothing_and_asks_nothing(asked: Path, mosaicfs: Run, surroundings: dict[str, str]) -> None:
    done = mosaicfs("service", "install", "--dry-run", "--json")
    assert json.loads(done.stdout)["dry_run"] is True
    assert not Path(surroundings["XDG_CONFIG_HOME"], "systemd").exists()
    assert not asked.exists()


def test_an_edited_unit_is_neither_written_over_nor_removed(
    asked: Path, mosaicfs: Run, surroundings: dict[str, str]
) -> None:
    assert mosaicfs("service", "install").returncode == 0
    path = Path(surroundings["XDG_CONFIG_HOME"], "systemd", "user", "mosaicfs.service")
    path.write_text(path.read_text() + "Nice=5\n")
    for verb in ("install", "uninstall"):
        done = mosaicfs("service", verb)
        assert done.returncode == 6
        assert f"{path} was edited by hand" in done.stderr
    assert path.read_text().endswith("Nice=5\n")


def test_what_is_not_there_cannot_be_removed(asked: Path, mosaicfs: Run) -> None:
    assert mosaicfs("service", "uninstall").returncode == 4


def test_without_systemd_it_says_how_to_start_by_hand(mosaicfs: Run, tmp_path: Path) -> None:
    done = mosaicfs("service", "install", PATH=str(tmp_path))
    assert done.returncode == 12
    assert done.stderr == "This machine has no systemd. Start it by hand: mosaicfs up\n"


# --- telling systemd ---------------------------------------------------------------------------------------------


def test_readiness_reaches_the_socket_of_the_readiness(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10)
        readiness.tell(readiness.READY, {"NOTIFY_SOCKET": path})
        assert manager.recv(100) == b"READY=1"
        readiness.tell(readiness.READY, {"NOTIFY_SOCKET": path, "MOSAICFS_SUPERVISED_FD": "3"})
        manager.setblocking(False)
        with pytest.raises(BlockingIOError):
            manager.recv(100)
    readiness.tell(readiness.READY, {"NOTIFY_SOCKET": path})  # gone, which is nobody's failure
    readiness.tell(readiness.READY, {})


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 30),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_fed_twice_as_often_as_asked(variables: dict[str, str], seconds: float | None) -> None:
    assert readiness.watchdog_s(variables) == seconds


def test_a_duty_tells_when_it_is_ready_and_when_it_stops(
    tmp_path: Path, running: Callable[..., object], folder: Path
) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(60)
        with running("agent", "--watch", str(folder), NOTIFY_SOCKET=path) as process:  # type: ignore[attr-defined]
            assert manager.recv(100) == b"READY=1"
            process.terminate()
            assert manager.recv(100) == b"STOPPING=1"
            assert process.wait(30) == 0
            process.stdout.close()
            process.stderr.close()
