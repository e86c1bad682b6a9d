"""The pages of the hooks say what the code says."""

import subprocess
import sys
from pathlib import Path

import pytest

from mosaicfs.hookspecs import HOOKS
from mosaicfs_sdk.docs.hooks import FOLDER, UnlabelledHookError, labelled, page, pages, signature, stale, write

ROOT = Path(__file__).parents[3]


def test_the_pages_are_current() -> None:
    assert stale(ROOT / FOLDER, pages()) == []


def test_every_hook_has_its_four_labels_and_its_limit() -> None:
    for name, hook in HOOKS.items():
        text = page(name, hook)
        marks = [
            text.index(mark) for mark in ("**Asked**: ", "**Answer**: ", "**Raise**: ", "**Changes** ", "**Limit**: ")
        ]
        assert marks == sorted(marks)


def test_a_signature_is_what_an_author_writes() -> None:
    hook = HOOKS["materialize"]
    assert signature("materialize", hook) == "async def materialize(entry: Entry, span: Span) -> ByteStream | None: ..."


def test_a_label_goes_over_several_lines() -> None:
    said = labelled("look", "Look.\n\nAsked: now\n    and then.\nAnswer: a\nRaise: b\nChanges nothing.")
    assert said == {"": "Look.", "Asked": "now and then.", "Answer": "a", "Raise": "b", "Changes": "nothing."}


def test_what_a_hook_is_for_may_begin_like_a_label() -> None:
    said = labelled("look", "Answer a look.\n\nAsked: now\nAnswer: a\nRaise: b\nChanges nothing.")
    assert (said[""], said["Answer"]) == ("Answer a look.", "a")


def test_a_hook_without_a_label_has_no_page() -> None:
    with pytest.raises(UnlabelledHookError, match=r"docstring of look .* begins with “Raise”"):
        labelled("look", "Look.\n\nAsked: now\nAnswer: a\nChanges nothing.")


def test_what_is_left_over_missing_or_old_is_told_and_not_touched(tmp_path: Path) -> None:
    write(tmp_path, pages())
    assert stale(tmp_path, pages()) == []
    (tmp_path / "crawl.md").unlink()
    (tmp_path / "tier.md").write_text("old")
    (tmp_path / "watch.md").write_text("a hook that was")
    command = [sys.executable, "-m", "mosaicfs_sdk.docs.hooks", "--check", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert [Path(line.split()[0]).name for line in done.stderr.splitlines()] == ["watch.md", "crawl.md", "tier.md"]
    assert (tmp_path / "tier.md").read_text() == "old"


def test_printing_again_removes_the_page_of_a_hook_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "watch.md").write_text("a hook that was")
    write(tmp_path, pages())
    assert {found.name for found in tmp_path.iterdir()} == pages().keys()
