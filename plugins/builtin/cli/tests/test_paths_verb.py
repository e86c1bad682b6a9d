"""`mosaicfs paths`, and what a wrong configuration makes of any verb that reads it."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def test_it_prints_every_place_with_its_rule_and_makes_none(mosaicfs: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    lines = mosaicfs("paths").stdout.splitlines()
    assert lines[0] == "what\twhere\tchosen by"
    assert f"database\t{tmp_path}/state/mosaicfs/mosaicfs.db\tXDG_STATE_HOME" in lines
    assert sorted(tmp_path.rglob("*")) == before


def test_as_json_it_has_the_shape_of_its_page(mosaicfs: Run) -> None:
    told = json.loads(mosaicfs("paths", "--json").stdout)
    places = ["config_file", "state_dir", "keys_dir", "database", "cache_dir", "runtime_dir", "log_dir", "plugins_dir"]
    assert list(told) == [*places, "mount_point", "sockets", "chosen_by"]
    assert set(told["chosen_by"]) >= {*places, "mount_point"}
    runtime = told["runtime_dir"]
    of_duties = {name: f"{runtime}/{name}.sock" for name in ("api", "agent", "replica")}
    assert told["sockets"] == {**of_duties, "bell": f"{runtime}/bell"}
    assert f"replica_socket\t{runtime}/replica.sock\tXDG_RUNTIME_DIR\n" in mosaicfs("paths").stdout


@pytest.mark.parametrize("way", ["option", "environment"])
def test_a_file_may_be_named(way: str, mosaicfs: Run, tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("plugins.directory = '/srv/plugins'")
    done = mosaicfs("paths", "--config", str(file)) if way == "option" else mosaicfs("paths", MOSAICFS_CONFIG=str(file))
    rule = "--config" if way == "option" else "MOSAICFS_CONFIG"
    assert f"config_file\t{file}\t{rule}\n" in done.stdout
    assert f"plugins_dir\t/srv/plugins\t{file}:1\n" in done.stdout


def test_an_unknown_key_is_told_with_line_and_nearest_name_and_exits_11(mosaicfs: Run, tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text("[store]\ndrivre = 'sqlite'\n")
    done = mosaicfs("paths", "--config", str(file))
    assert done.stderr == f"{file}:2: store.drivre is not known; did you mean store.driver?\n"
    assert (done.stdout, done.returncode) == ("", 11)


def test_the_same_as_json_has_the_code_of_its_class(mosaicfs: Run, tmp_path: Path) -> None:
    done = mosaicfs("paths", "--json", "--config", str(tmp_path / "none.toml"))
    told = json.loads(done.stderr)
    assert (told["error"]["code"], told["exit_code"], done.returncode) == ("config", 11, 11)


def test_control_characters_in_a_path_do_not_reach_the_terminal(mosaicfs: Run, tmp_path: Path) -> None:
    done = mosaicfs("paths", XDG_CACHE_HOME=f"{tmp_path}/a\tb\x1b[31m")
    assert f"cache_dir\t{tmp_path}/a\\x09b\\x1b[31m/mosaicfs\tXDG_CACHE_HOME\n" in done.stdout
