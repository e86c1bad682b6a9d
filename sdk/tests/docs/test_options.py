"""Pages that speak of options say what the code says."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from mosaicfs_sdk.docs.options import printed

ROOT = Path(__file__).parents[3]
PLACE = re.compile(r"^<!-- options of [\w.]+ -->$", re.MULTILINE)
PAGES = [page for page in sorted((ROOT / "docs").rglob("*.md")) if PLACE.search(page.read_text(encoding="utf-8"))]


def test_there_are_such_pages() -> None:
    assert PAGES


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_current(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == printed(page)


def test_a_page_that_is_not_current_is_told_and_not_touched(tmp_path: Path) -> None:
    stale = tmp_path / "page.md"
    stale.write_text("# A page\n<!-- options of mosaicfs_bridge_s3.plugin -->\nstale\n<!-- end of options -->\nrest\n")
    command = [sys.executable, "-m", "mosaicfs_sdk.docs.options", str(stale)]
    done = subprocess.run([*command, "--check"], capture_output=True, text=True, check=False)
    assert (done.returncode, "\nstale\n" in stale.read_text()) == (1, True)
    assert done.stderr.startswith(f"{stale} is not current.")
    subprocess.run(command, check=True)
    text = stale.read_text()
    assert "| `bucket` | must be given |" in text
    assert "| `secret_access_key` | a secret |" in text
    assert text.startswith("# A page\n")
    assert text.endswith("rest\n")
