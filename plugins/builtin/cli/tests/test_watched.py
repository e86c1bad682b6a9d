"""Which folders are watched when somebody names some, and when nobody does."""

from pathlib import Path

import pytest

from mosaicfs_cli.errors import NoSuchPathError, UsageError
from mosaicfs_cli.watched import added, named, of_person


def test_named_folders_are_made_absolute_and_kept_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    monkeypatch.chdir(tmp_path)
    assert named(["a", "./a/../a", str(tmp_path)]) == [str(tmp_path / "a"), str(tmp_path)]


@pytest.mark.parametrize(("name", "trouble"), [("none", "does not exist"), ("file", "is not a folder")])
def test_what_is_no_folder_is_refused(name: str, trouble: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NoSuchPathError, match=trouble):
        named([str(tmp_path / name)])


def test_a_folder_that_is_watched_already_is_not_added_again() -> None:
    assert added(["/a", "/b"], ["/b", "/c"]) == ["/c"]


def test_a_first_run_takes_the_usual_folders_that_exist(tmp_path: Path) -> None:
    for name in ("Documents", "Music", "Projects"):
        (tmp_path / name).mkdir()
    assert of_person({"HOME": str(tmp_path)}, is_root=False) == [str(tmp_path / "Documents"), str(tmp_path / "Music")]


def test_the_desktop_may_name_them_otherwise(tmp_path: Path) -> None:
    for name in ("Dokumente", "Documents", ".config"):
        (tmp_path / name).mkdir()
    (tmp_path / "else").mkdir()
    (tmp_path / ".config/user-dirs.dirs").write_text(
        f'# comment\nXDG_DOCUMENTS_DIR="$HOME/Dokumente"\nXDG_MUSIC_DIR="{tmp_path}/else"\nXDG_DESKTOP_DIR="$HOME/"\n'
    )
    assert of_person({"HOME": str(tmp_path)}, is_root=False) == [str(tmp_path / "Dokumente"), str(tmp_path / "else")]


def test_without_any_of_them_it_is_the_home_directory(tmp_path: Path) -> None:
    assert of_person({"HOME": str(tmp_path)}, is_root=False) == [str(tmp_path)]


def test_root_has_to_say_what(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="As root"):
        of_person({"HOME": str(tmp_path)}, is_root=True)
