"""What is found, how it is ranked and shown, and what stays after a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mosaicfs.errors import SourceUnavailableError
from mosaicfs_search_fulltext.index import Index, Kept

FILES = {
    "report.pdf": "The quarterly earnings of the third quarter were good.",
    "draft.txt": "A first draft of the quarterly report, with earnings left out.",
    "apples.md": "Äpfel und Birnen, Straße, naïve ÉCOLE",
    "tokyo.txt": "昨日は東京都庁に行きました",
    "thai.txt": "ภาษาไทยง่ายมาก",
    "code.py": "def state_dir(self): return self._state.dir",
    "holiday.jpg": "",
}
TYPES = {"pdf": "application/pdf", "jpg": "image/jpeg"}


def kept(name: str, body: str, file_id: str = "") -> Kept:
    mime_type = TYPES.get(name.rpartition(".")[2], "text/plain")
    path = f"/home/ana/papers/{name}"
    return Kept(file_id or f"file::{name}", name, path, mime_type, "2026-01-15T14:30:00Z", body)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    made = Index(tmp_path / "state")
    for name, body in FILES.items():
        made.put(kept(name, body))
    made.commit()
    yield made
    made.close()


@pytest.fixture
def names(index: Index) -> Callable[[str], set[str]]:
    return lambda text: {hit.name for hit in index.search(text, 20).hits}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("quarterly earnings", {"report.pdf", "draft.txt"}),
        ("QUARTERLY", {"report.pdf", "draft.txt"}),
        ('"quarterly earnings"', {"report.pdf"}),
        ("quarterly -draft", {"report.pdf"}),
        ("birnen OR good", {"apples.md", "report.pdf"}),
        ("quarterly birnen", set()),
        ("apfel", {"apples.md"}),
        ("Äpfel", {"apples.md"}),
        ("A\u0308pfel", {"apples.md"}),
        ("strasse ecole naive", {"apples.md"}),
        ("holiday", {"holiday.jpg"}),
        ("name:report", {"report.pdf"}),
        ("path:papers type:pdf", {"report.pdf"}),
        ("type:image", {"holiday.jpg"}),
        ("type:image/jpeg", {"holiday.jpg"}),
        ("type:py", {"code.py"}),
        ("papers", set()),
        ("state_dir", {"code.py"}),
        ("state.dir", {"code.py"}),
        ("dir_state", set()),
        ("東京", {"tokyo.txt"}),
        ("東京都庁", {"tokyo.txt"}),
        ("都東", set()),
        ("庁", {"tokyo.txt"}),
        ("ไทยง่าย", {"thai.txt"}),
        ("-quarterly type:plain", {"apples.md", "tokyo.txt", "thai.txt", "code.py"}),
        ("!!!", set()),
        ("", set()),
    ],
)
def test_what_is_found(names: Callable[[str], set[str]], text: str, expected: set[str]) -> None:
    assert names(text) == expected


def test_the_best_hit_has_one_and_the_others_less(index: Index) -> None:
    found = index.search("report", 20)
    assert [hit.name for hit in found.hits] == ["report.pdf", "draft.txt"]
    assert found.hits[0].score == 1
    assert 0 < found.hits[1].score < 1
    assert index.search("quarterly", 1).total == 2
    assert len(index.search("quarterly", 1).hits) == 1


def test_what_was_found_is_marked(index: Index) -> None:
    def fragment(text: str) -> str | None:
        return index.search(text, 1).hits[0].fragment

    assert "**quarterly** **earnings**" in str(fragment('"quarterly earnings"'))
    assert str(fragment("apfel")).startswith("**Äpfel** und Birnen")
    assert "**東京都**" in str(fragment("東京都"))
    assert fragment("holiday") is None


def test_a_fragment_of_a_long_text_is_short(index: Index) -> None:
    index.put(kept("long.txt", "früher " * 5000 + "needle " + "später " * 5000))
    index.commit()
    (hit,) = index.search("needle", 5).hits
    assert hit.fragment is not None
    assert "**needle**" in hit.fragment
    assert len(hit.fragment.replace("**", "")) <= 160


def test_a_file_that_is_put_again_replaces_itself(index: Index, names: Callable[[str], set[str]]) -> None:
    for body in ("first words", "other words"):
        index.put(kept("changed.txt", body, "file::changed"))
    index.commit()
    assert names("words") == {"changed.txt"}
    assert index.search("words", 5).total == 1
    assert names("first name:changed") == set()
    index.remove("file::changed")
    index.commit()
    assert names("words") == set()
    assert index.size == len(FILES)


def test_what_was_committed_is_there_after_a_crash_and_the_rest_is_not(tmp_path: Path, index: Index) -> None:
    index.put(kept("late.txt", "uncommitted"))
    index.close()
    again = Index(tmp_path / "state")
    assert (again.size, again.was_lost) == (len(FILES), False)
    assert again.search("quarterly", 5).total == 2
    assert again.search("uncommitted", 5).total == 0


@pytest.mark.allow_log("index cannot be read")
def test_an_index_that_cannot_be_read_is_begun_anew(tmp_path: Path, index: Index) -> None:
    index.close()
    (tmp_path / "state" / "index" / "meta.json").write_bytes(b"{")
    (tmp_path / "state" / "delivered").write_text("of the runner")
    again = Index(tmp_path / "state")
    assert (again.size, again.was_lost) == (0, True)
    assert not (tmp_path / "state" / "delivered").exists()
    again.put(kept("a.txt", "words"))
    again.commit()
    assert again.size == 1
    again.close()


def test_an_index_of_another_format_is_begun_anew(tmp_path: Path, index: Index) -> None:
    index.close()
    (tmp_path / "state" / "format").write_text("0")
    assert Index(tmp_path / "state").was_lost


def test_a_folder_that_was_never_used_has_lost_nothing(tmp_path: Path) -> None:
    made = Index(tmp_path / "new")
    assert (made.size, made.was_lost) == (0, False)


def test_two_processes_do_not_write_one_index(tmp_path: Path, index: Index) -> None:
    other = Index(tmp_path / "state")
    with pytest.raises(SourceUnavailableError):
        other.put(kept("a.txt", "words"))
    assert other.search("quarterly", 5).total == 2
