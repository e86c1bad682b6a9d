"""Programs that look into every file do not have all of them fetched; and everybody else has what he asks for."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random
from shutil import copy, which

import pytest

from tests.journeys.byte_truth.pair import FAR, MIB, OWN, Pair, xattr

pytestmark = pytest.mark.patient

FILES = 60
TALK = 100_000
"""What two machines say to each other beside the bytes of one small read."""

OPENS_ALL = """
import json, os, sys
refused = []
for path in sys.argv[1:]:
    try:
        os.close(os.open(path, os.O_RDONLY))
    except OSError as error:
        refused.append(error.errno)
print(json.dumps(refused))
"""


def program(folder: Path, like: str, name: str) -> Path:
    """A program of the system by another name."""
    found = which(like)
    assert found is not None
    return Path(copy(found, folder / name))


def ran(*command: str | Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, capture_output=True, timeout=60, check=False, env={"LC_ALL": "C"})


def refusals(tree: Path) -> dict[str, int]:
    told: dict[str, int] = json.loads((tree / ".mosaic/status.json").read_text())["mount"]["guard_refusals"]
    return told


def test_a_thumbnailer_is_refused_what_is_not_here_and_cat_is_served(pair: Pair, tmp_path: Path) -> None:
    cat, tumblerd = which("cat") or "", program(tmp_path, "cat", "tumblerd")
    contents = {FAR: Random(1).randbytes(90_000), OWN: Random(2).randbytes(90_000)}
    sources = []
    for machine, where in ((pair.nas, FAR), (pair.laptop, OWN)):
        (machine.files / "guarded").write_bytes(contents[where])
        sources.append((Path(where, "guarded"), machine.files / "guarded"))
    with pair.mounted() as tree:
        [far, own] = [shown for shown, _ in pair.wait_for(tree, sources)]
        came = pair.line.received
        refused = ran(tumblerd, far)
        assert (refused.returncode, refused.stdout) == (1, b"")
        assert b"Resource temporarily unavailable" in refused.stderr
        assert ran(tumblerd, own).stdout == contents[OWN]
        assert pair.line.received == came, "nothing was asked of its machine"
        assert (xattr(far, "state"), xattr(far, "reason")) == ("online-only", "guarded")
        assert far.stat().st_blocks == 0

        assert ran(cat, far).stdout == contents[FAR]
        pair.laptop.until(lambda: xattr(far, "state") == "available", "the file in the cache")
        assert ran(tumblerd, far).stdout == contents[FAR], "it is here now"
        assert refusals(tree) == {"tumblerd": 1}


def test_of_a_header_only_the_beginning_is_fetched_and_nothing_is_kept(pair: Pair, tmp_path: Path) -> None:
    content, peek = Random(3).randbytes(3 * MIB), program(tmp_path, "head", "peek")
    (pair.nas.files / "header").write_bytes(content)
    config = tmp_path / "mosaicfs.toml"
    config.write_text('[[access.guard]]\nprocess = ["peek"]\npath = "/far/*"\naction = "header"\nerrno = "EACCES"\n')
    with pair.mounted(MOSAICFS_CONFIG=str(config)) as tree:
        [(far, _)] = pair.wait_for(tree, [(Path(FAR, "header"), pair.nas.files / "header")])
        came = pair.line.received
        assert ran(peek, "-c", "1000", far).stdout == content[:1_000]
        beyond = ran(peek, "-c", "200000", far)
        assert beyond.returncode == 1
        assert b"Permission denied" in beyond.stderr
        assert content.startswith(beyond.stdout)
        assert len(beyond.stdout) >= 1 << 16
        assert pair.line.received - came < 2 * len(beyond.stdout) + TALK
        assert (xattr(far, "state"), xattr(far, "cached_bytes")) == ("online-only", "0")
        assert far.read_bytes() == content
        assert refusals(tree) == {"peek": 1}


def test_a_storm_is_told_and_refused_if_the_owner_wants_it_so(pair: Pair) -> None:
    folder = pair.nas.files / "storm"
    folder.mkdir()
    for number in range(FILES):
        (folder / f"{number:02}").write_bytes(b"far away")
    sources = [(Path(FAR, "storm", each.name), each) for each in sorted(folder.iterdir())]
    with pair.mounted(MOSAICFS_ACCESS_STORM_ACTION="refuse") as tree:
        shown = [str(place) for place, _ in pair.wait_for(tree, sources)]
        done = ran(sys.executable, "-c", OPENS_ALL, *shown)
        assert json.loads(done.stdout) == [errno.EAGAIN] * (FILES - 50), done.stderr
        [(name, count)] = refusals(tree).items()
        assert count == FILES - 50
        assert ran("cat", shown[0]).stdout == b"far away", "another program is no part of it"

        def told() -> list[dict[str, str]]:
            items = pair.nas.ask("api", "GET", "/api/notifications")["items"]
            return [each for each in items if each["condition_key"] == f"hydration_storm:{name}"]

        pair.nas.until(told, "the notice at the control plane")
        [notice] = told()
        assert (notice["severity"], notice["source"]["component"]) == ("warning", "vfs_mount")  # type: ignore[index]
        assert os.path.realpath(sys.executable) in notice["message"]
        assert "[[access.guard]]" in notice["message"]
