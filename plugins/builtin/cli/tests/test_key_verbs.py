"""`server keys export` and `import`: the real program, real key files, a passphrase that is typed or given."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mosaicfs import listening

pytestmark = pytest.mark.patient

Run = Callable[..., "subprocess.CompletedProcess[str]"]

WORD = "four words of mine"


@pytest.fixture
def keys(mosaicfs: Run, tmp_path: Path) -> Path:
    """Of an instance that was never started."""
    assert mosaicfs("init", "--listen", "http://127.0.0.1:8440", "--no-default-tree").returncode == 0
    return tmp_path / "state/mosaicfs/keys"


@pytest.fixture
def file(mosaicfs: Run, keys: Path, tmp_path: Path) -> Path:
    exported = tmp_path / "keys.age"
    done = mosaicfs("server", "keys", "export", str(exported), "--json", MOSAICFS_PASSPHRASE=WORD)
    assert "ca.key" in json.loads(done.stdout)["keys"]
    assert exported.stat().st_mode & 0o777 == 0o600
    assert (keys / "ca.key").read_bytes() not in exported.read_bytes()
    return exported


def contents(keys: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in keys.iterdir() if not path.name.startswith(".")}


def test_what_was_taken_out_comes_back(mosaicfs: Run, keys: Path, file: Path) -> None:
    before = contents(keys)
    for name in ("ca.key", "ca.crt", "instance.key"):
        (keys / name).unlink()
    rehearsed = mosaicfs("server", "keys", "import", str(file), "-n", MOSAICFS_PASSPHRASE=WORD)
    assert (rehearsed.returncode, (keys / "ca.key").exists()) == (0, False)
    assert mosaicfs("server", "keys", "import", str(file), MOSAICFS_PASSPHRASE=WORD).returncode == 0
    assert contents(keys) == before


def test_a_wrong_passphrase_a_wrong_file_and_none_change_nothing(mosaicfs: Run, keys: Path, file: Path) -> None:
    (keys / "ca.key").unlink()
    for name, word, code in ((str(file), "x", 5), (__file__, WORD, 11), ("nowhere.age", WORD, 4), (str(file), "", 2)):
        done = mosaicfs("server", "keys", "import", name, MOSAICFS_PASSPHRASE=word)
        assert (done.returncode, WORD in done.stderr) == (code, False)
    assert not (keys / "ca.key").exists()


def test_a_server_that_runs_keeps_its_keys(mosaicfs: Run, keys: Path, file: Path, tmp_path: Path) -> None:
    (keys / "cursor.key").write_bytes(b"of the server that runs")
    (keys / "cursor.key").chmod(0o600)
    before = contents(keys)
    runtime = tmp_path / "runtime/mosaicfs"
    with listening(runtime / "api.sock"):
        done = mosaicfs("server", "keys", "import", str(file), "--yes", MOSAICFS_PASSPHRASE=WORD)
        assert (done.returncode, contents(keys)) == (3, before)
    assert mosaicfs("server", "keys", "export", str(file), "--yes", MOSAICFS_PASSPHRASE=WORD).returncode == 0


def test_other_keys_are_exchanged_only_when_somebody_says_so(mosaicfs: Run, keys: Path, file: Path) -> None:
    (keys / "instance.key").write_text("another")
    refused = mosaicfs("server", "keys", "import", str(file), MOSAICFS_PASSPHRASE=WORD)
    assert (refused.returncode, (keys / "instance.key").read_text()) == (2, "another")
    done = mosaicfs("server", "keys", "import", str(file), "--yes", "--json", MOSAICFS_PASSPHRASE=WORD)
    aside = Path(json.loads(done.stdout)["put_aside"])
    assert (aside / "instance.key").read_text() == "another"
    assert (keys / "instance.key").read_text() != "another"


def test_a_file_that_is_there_is_replaced_only_when_somebody_says_so(mosaicfs: Run, file: Path) -> None:
    before = file.read_bytes()
    assert mosaicfs("server", "keys", "export", str(file), MOSAICFS_PASSPHRASE=WORD).returncode == 2
    assert file.read_bytes() == before


@pytest.mark.parametrize(("typed", "code"), [((WORD, WORD), 0), ((WORD, "another"), 2), (("",), 2)])
def test_a_person_types_a_new_passphrase_twice_and_unseen(
    typed: tuple[str, ...], code: int, keys: Path, surroundings: dict[str, str], tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    program = str(Path(sys.executable).with_name("mosaicfs"))
    words = [program, "server", "keys", "export", str(tmp_path / "typed.age")]
    with subprocess.Popen(
        words, env=surroundings, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
    ) as process:
        os.close(theirs)
        shown = ""
        for word, prompt in zip(typed, ("New passphrase: ", "once more: "), strict=False):
            while prompt not in shown:
                shown += os.read(ours, 4096).decode()
            os.write(ours, f"{word}\n".encode())
        assert process.wait(60) == code
    os.close(ours)
    assert WORD not in shown
    assert (tmp_path / "typed.age").exists() is (code == 0)
