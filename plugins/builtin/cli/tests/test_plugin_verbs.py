"""`mosaicfs plugins check` and `plugins install`: one line a check, and nothing unfit is put where it would run."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

GOOD = """
from mosaicfs.hookspecs import hookimpl

@hookimpl
async def annotate(event, path):
    if not event.name.startswith("file.") or path is None:
        return None
    content = path.read_bytes()
    return {"size": len(content)} if content else {}
"""


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir(mode=0o755)
    path = folder / "sizes.py"
    path.write_text(GOOD)
    path.chmod(0o644)
    return path


def test_a_good_plugin_passes_each_check(mosaicfs: Run, plugin: Path) -> None:
    done = mosaicfs("plugins", "check", str(plugin))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"ok    found: file {plugin}\n" in done.stdout
    assert "ok    hooks are async, arguments known: annotate\n" in done.stdout
    assert "ok    annotate: the file is left as it was\n" in done.stdout
    assert not [line for line in done.stdout.splitlines() if line.startswith("fail")]


SPOILT = {
    "a hook that is not async": (GOOD.replace("async def", "def"), "hooks", "is not async"),
    "an argument that nobody knows": (GOOD.replace("event, path", "event, path, colour"), "hooks", "argument colour"),
    "code that cannot be loaded": ("import nothing_of_this_name", "load", "No module named"),
    "an answer that is no JSON": (
        GOOD.replace('{"size": len(content)}', '{"size": content}'),
        "conformance.annotate",
        "",
    ),
    "a file that it writes": (
        GOOD.replace("    content =", "    path.with_suffix('.b').touch()\n    content ="),
        "conformance.annotate",
        "",
    ),
}


@pytest.mark.parametrize(("source", "check", "said"), SPOILT.values(), ids=SPOILT)
def test_what_is_wrong_is_named_and_the_exit_code_is_1(
    mosaicfs: Run, plugin: Path, source: str, check: str, said: str
) -> None:
    plugin.write_text(source)
    done = mosaicfs("plugins", "check", str(plugin), "--json")
    assert done.returncode == 1
    failed = [each for each in json.loads(done.stdout)["checks"] if each["status"] == "fail"]
    assert failed[0]["id"] == check
    assert said in failed[0]["detail"]


def test_a_file_that_others_may_write_is_unsafe(mosaicfs: Run, plugin: Path) -> None:
    plugin.chmod(0o666)
    done = mosaicfs("plugins", "check", str(plugin))
    assert done.returncode == 1
    assert "fail  file safety: unsafe file: others may write" in done.stdout


def test_a_name_of_nothing_is_told_with_the_names_that_there_are(mosaicfs: Run) -> None:
    done = mosaicfs("plugins", "check", "nothing-of-this-name")
    assert done.returncode == 1
    assert "no plugin nothing-of-this-name is installed; there are: " in done.stdout


def test_what_is_installed_can_be_checked_by_its_name(mosaicfs: Run, plugin: Path, tmp_path: Path) -> None:
    plugin.chmod(0o664)
    done = mosaicfs("plugins", "install", str(plugin))
    assert done.returncode == 0, done.stderr
    (installed,) = (tmp_path / "data").rglob("sizes.py")
    assert installed.stat().st_mode & 0o777 == 0o644
    assert mosaicfs("plugins", "check", "sizes").returncode == 0
    assert "sizes\tfile\t" in mosaicfs("plugins", "list").stdout


def test_nothing_unfit_is_installed(mosaicfs: Run, plugin: Path, tmp_path: Path) -> None:
    plugin.write_text(GOOD.replace("async def", "def"))
    done = mosaicfs("plugins", "install", str(plugin))
    assert done.returncode != 0
    assert "is not async" in done.stderr
    assert list((tmp_path / "data").rglob("sizes.py")) == []


def test_another_version_is_replaced_only_when_that_is_said(mosaicfs: Run, plugin: Path, tmp_path: Path) -> None:
    assert mosaicfs("plugins", "install", str(plugin)).returncode == 0
    assert mosaicfs("plugins", "install", str(plugin)).returncode == 0, "the same again changes nothing"
    plugin.write_text(GOOD + "\nMORE = 1\n")
    refused = mosaicfs("plugins", "install", str(plugin))
    assert "is there already, and differs; add --replace" in refused.stderr
    assert mosaicfs("plugins", "install", str(plugin), "--replace").returncode == 0
    (installed,) = (tmp_path / "data").rglob("sizes.py")
    assert "MORE" in installed.read_text()


def test_a_rehearsal_installs_nothing(mosaicfs: Run, plugin: Path, tmp_path: Path) -> None:
    done = mosaicfs("plugins", "install", str(plugin), "--dry-run")
    assert done.returncode == 0
    assert "Nothing was changed." in done.stdout
    assert list((tmp_path / "data").rglob("sizes.py")) == []


def test_a_distribution_goes_to_the_python_of_this_program(mosaicfs: Run) -> None:
    told = json.loads(mosaicfs("plugins", "install", "mosaicfs-colours", "--dry-run", "--json").stdout)
    assert told["dry_run"] is True
    assert " pip install " in told["where"]
    assert told["where"].endswith(" mosaicfs-colours")
