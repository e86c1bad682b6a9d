"""What `mosaicfs-sdk new` writes passes its own tests, types and lint before a line is added."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from mosaicfs_sdk.scaffold.program import main
from mosaicfs_sdk.scaffold.writing import ALIASES, KINDS, BadNameError, NewPlugin, files_of, write_plugin

HERE = Path(sys.executable).parent


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Each tool as the author of the plugin calls it, in the folder that was written."""
    environment = {**os.environ, "PYTHONPATH": "src", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=250
    )


def pytest_of(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments)


@pytest.mark.parametrize("name", ["x", "a-name-of-many-words-that-fills-a-line-well"])
@pytest.mark.parametrize("kind", KINDS)
def test_it_is_formatted_and_clean_whatever_its_name(kind: str, name: str, tmp_path: Path) -> None:
    folder = write_plugin(NewPlugin(kind, name), tmp_path)
    for task in (["check"], ["format", "--check"]):
        done = run(folder, str(HERE / "ruff"), *task, "--no-cache", ".")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.journey
@pytest.mark.parametrize("kind", KINDS)
def test_its_tests_pass_at_once(kind: str, tmp_path: Path) -> None:
    done = pytest_of(write_plugin(NewPlugin(kind, "my-thing"), tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def types_known(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy has learned of the kernel for one kind serves the next."""
    return tmp_path_factory.mktemp("types")


@pytest.mark.journey
@pytest.mark.parametrize("kind", KINDS)
def test_its_types_hold(kind: str, tmp_path: Path, types_known: Path) -> None:
    folder = write_plugin(NewPlugin(kind, "my-thing"), tmp_path)
    done = run(folder, sys.executable, "-m", "mypy", "--cache-dir", str(types_known))
    assert done.returncode == 0, done.stdout + done.stderr


class Spoilt(NamedTuple):
    """Replace `right` with `wrong` in `file`, and the check called `test` must fail."""

    kind: str
    file: str
    right: str
    wrong: str
    test: str

    def __str__(self) -> str:
        return f"{self.kind}-{self.test}"


OUTAGE = "raise SourceUnavailableError(str(folder), cause.strerror or str(cause)) from None"
SPOILT = [
    Spoilt("annotate", "plugin.py", "event.name not in ARRIVALS or ", "", "does_not_know"),
    Spoilt("annotate", "counting.py", " if text else {}", "", "nothing_to_say"),
    Spoilt("crawl", "listing.py", OUTAGE, "return []", "outage_midway"),
    Spoilt("crawl", "listing.py", "is_file(follow_symlinks=False)", "is_file()", "links_are_skipped"),
    Spoilt("tier", "shelf.py", "if len(found) != size:", "if False:", "never_a_short_read"),
    Spoilt("tier", "shelf.py", " == (entry.size, entry.mtime)", " != ()", "another_version"),
    Spoilt("bridge", "reading.py", "remote.version != entry.version", "False", "another_version"),
    Spoilt("bridge", "client.py", "file.close()", "pass", "frees_the_connection"),
    Spoilt("target", "folder.py", "if digest != meta.sha256:", "if False:", "changed_since_it_was_measured"),
    Spoilt("target", "folder.py", "await meta.limiter.wait_for(len(piece))", "pass", "waits_for_the_rate"),
    Spoilt("face", "greeting.py", "{kernel.node_id}", "nobody", "goes_on_after_each_visitor"),
    Spoilt("bridge", "listing.py", "after = page.next", "after = None", "everything_is_found"),
]


@pytest.mark.journey
@pytest.mark.parametrize("spoilt", SPOILT, ids=str)
def test_a_plugin_that_is_spoilt_fails_the_check_for_it(spoilt: Spoilt, tmp_path: Path) -> None:
    """The suites are worth nothing unless they notice."""
    folder = write_plugin(NewPlugin(spoilt.kind, "my-thing"), tmp_path)
    (path,) = folder.glob(f"src/*/{spoilt.file}")
    text = path.read_text()
    assert spoilt.right in text
    path.write_text(text.replace(spoilt.right, spoilt.wrong))
    done = pytest_of(folder, "-W", "ignore", "-k", spoilt.test)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "failed" in done.stdout


def test_inside_our_workspace_its_tools_and_its_licence_hold() -> None:
    text = files_of(NewPlugin("tier", "my-thing"), in_workspace=True)["pyproject.toml"]
    assert 'license = "Apache-2.0"' in text
    assert "mosaicfs-kernel = { workspace = true }" in text
    assert (
        "mosaicfs-sdk = { workspace = true }"
        in files_of(NewPlugin("socket", "my-thing"), in_workspace=True)["pyproject.toml"]
    )
    assert "[tool.ruff]" not in text


def test_distribution_folder_and_import_agree(tmp_path: Path) -> None:
    folder = write_plugin(NewPlugin("bridge", "ice-box"), tmp_path)
    assert folder.name == "ice-box"
    assert 'name = "mosaicfs-bridge-ice-box"' in (folder / "pyproject.toml").read_text()
    assert (folder / "src/mosaicfs_bridge_ice_box/py.typed").exists()
    modules = ["client.py", "listing.py", "options.py", "plugin.py", "reading.py"]
    assert [path.name for path in sorted(folder.glob("src/*/[a-z]*.py"))] == modules


@pytest.mark.parametrize("name", ["", "My", "a b", "1st", "../up", "summary@work", "x" * 65])
def test_a_name_that_no_plugin_can_have_is_refused(name: str) -> None:
    with pytest.raises(BadNameError, match="cannot name a plugin"):
        NewPlugin("tier", name)


def test_nothing_that_is_there_is_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    assert main(["new", "file", "mine", "--into", str(tmp_path)]) == 2
    assert "is there already; choose another name" in capsys.readouterr().err
    assert list((tmp_path / "mine").iterdir()) == []


def test_a_program_may_be_executed_and_nothing_else_may(tmp_path: Path) -> None:
    folder = write_plugin(NewPlugin("executable", "mine"), tmp_path)
    programs = [path.name for path in folder.rglob("*") if path.is_file() and os.access(path, os.X_OK)]
    assert programs == ["mine"]


def test_there_is_a_beginning_for_every_hook() -> None:
    assert {"search", "target", "tier", "notifier", "face", "bridge", "file", "executable", "socket"} < set(KINDS)


def test_the_program_says_what_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "annotator", "colours", "--into", str(tmp_path)]) == 0
    assert ALIASES["annotator"] == "annotate"
    assert f"cd {tmp_path / 'colours'} && pytest" in capsys.readouterr().out
    assert (tmp_path / "colours/src/mosaicfs_colours/counting.py").exists()
