"""The configuration page says what the code says."""

import subprocess
import sys
from dataclasses import fields
from pathlib import Path

from mosaicfs.model.configuration import SECTIONS
from mosaicfs_sdk.docs.settings import PAGE, page

ROOT = Path(__file__).parents[3]


def test_every_key_is_explained() -> None:
    told = page()
    keys = [(section, key) for section, noun in SECTIONS.items() for key in fields(noun)]
    assert [key.name for section, key in keys if f"MOSAICFS_{section}_{key.name}".upper() not in told] == []
    assert [key.name for _, key in keys if not key.metadata["help"].endswith(".")] == []
    assert [key.name for _, key in keys if key.default in ("", ()) and not key.metadata["empty"]] == []


def test_the_page_is_current() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == page()


def test_a_page_that_is_not_current_is_told_and_not_touched(tmp_path: Path) -> None:
    stale = tmp_path / "configuration.md"
    stale.write_text("stale")
    command = [sys.executable, "-m", "mosaicfs_sdk.docs.settings", "--check", str(stale)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, stale.read_text()) == (1, "stale")
    assert done.stderr.startswith(f"{stale} is not current.")
