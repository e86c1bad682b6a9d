"""`vfs edit`: with an editor that is a real program, and a control plane that answers what a test wants."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mosaicfs.errors import RefusedError
from mosaicfs.model.json import Json
from mosaicfs_cli.editing import EditorFailedError, NoEditorError
from mosaicfs_cli.errors import BadDraftError, NoAnswerError
from mosaicfs_cli.failures import exit_code
from mosaicfs_sdk.fakes.control_plane import Asked, FakeControlPlane, Reply, refusal

Ask = Callable[..., int]
Out = pytest.CaptureFixture[str]
Editor = Callable[..., Path]

WORK: dict[str, Json] = {
    "virtual_path": "/work",
    "steps": [],
    "enforce_steps_on_children": False,
    "mounts": [{"mount_id": "m1", "source": {"label": "work"}, "strategy": "flatten", "steps": []}],
    "inherited": [{"virtual_path": "/", "steps": [{"op": "glob", "pattern": "*.tmp", "on_match": "exclude"}]}],
}
FIELDS = {name: WORK[name] for name in ("steps", "mounts", "enforce_steps_on_children")}
STEPS: list[Json] = [{"op": "glob", "pattern": "*.pdf"}]
CHANGED = {**FIELDS, "steps": STEPS}
BAD: list[Json] = [{"op": "glob", "pattern": "["}]


def answer(asked: Asked) -> Reply:
    if "/preview" in asked.target:
        draft = asked.json
        assert isinstance(draft, dict)
        if draft.get("steps") == BAD:
            fields: list[Json] = [{"field": "steps[0].pattern", "problem": "the set is never closed"}]
            told: Json = {"code": "validation_failed", "message": "No.", "detail": {"fields": fields}}
            return Reply({"error": told}, 422)
        return Reply({"total": 96 if draft.get("steps") else 120})
    return Reply({**WORK, "steps": STEPS} if asked.method == "PATCH" else WORK, headers={"ETag": '"7-a"'})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FakeControlPlane]:
    with FakeControlPlane(tmp_path / "server", answer).serving() as running:
        yield running


@pytest.fixture
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    """An editor that types one text after the other. What it was shown is kept in the folder."""
    folder = tmp_path / "edits"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))

    def types(*texts: str, code: int = 0) -> Path:
        program = tmp_path / "editor.py"
        program.write_text(
            "import sys, json, pathlib\n"
            f"shown = pathlib.Path({str(tmp_path)!r})\n"
            "at = len(list(shown.glob('shown-*')))\n"
            "file = pathlib.Path(sys.argv[1])\n"
            "(shown / f'shown-{at}').write_text(file.read_text())\n"
            f"texts = {list(texts)!r}\n"
            "if texts: file.write_text(texts[min(at, len(texts) - 1)])\n"
            f"sys.exit({code})\n"
        )
        monkeypatch.setenv("VISUAL", "")
        monkeypatch.setenv("EDITOR", f"{sys.executable} '{program}'")
        return folder

    return types


def patches(server: FakeControlPlane) -> list[Any]:
    return [(each.json, each.headers.get("if-match")) for each in server.asked if each.method == "PATCH"]


def test_what_changed_is_saved_on_top_of_what_was_shown(
    ask: Ask, server: FakeControlPlane, editor: Editor, capsys: Out, tmp_path: Path
) -> None:
    folder = editor(json.dumps(CHANGED))
    assert ask("vfs edit /work --yes") == 0
    assert patches(server) == [({"steps": STEPS}, '"7-a"')]
    assert capsys.readouterr().out == "Saved /work: before 120 files, after 96.\n"
    assert list(folder.iterdir()) == []
    lines = (tmp_path / "shown-0").read_text().splitlines()
    assert "# From /: glob *.tmp → exclude" in lines
    assert json.loads("\n".join(line for line in lines if line[:1] != "#")) == FIELDS


def test_what_is_left_out_stays(ask: Ask, server: FakeControlPlane, editor: Editor) -> None:
    editor(json.dumps({"steps": STEPS, "mounts": WORK["mounts"]}))
    ask("vfs edit /work --yes")
    assert patches(server) == [({"steps": STEPS}, '"7-a"')]


def test_wrong_text_is_opened_again_with_what_is_wrong(
    ask: Ask, server: FakeControlPlane, editor: Editor, tmp_path: Path
) -> None:
    editor("{", json.dumps({"steps": BAD}), json.dumps(CHANGED))
    assert ask("vfs edit /work --yes") == 0
    assert "# This cannot be used:\n#   This is no JSON: " in (tmp_path / "shown-1").read_text()
    shown = (tmp_path / "shown-2").read_text()
    assert "#   steps[0].pattern: the set is never closed\n" in shown
    assert shown.endswith(json.dumps({"steps": BAD}))
    assert patches(server) == [({"steps": STEPS}, '"7-a"')]


@pytest.mark.parametrize("text", ["{", '{"steps": null, "colour": 1}', json.dumps({"steps": BAD})])
def test_the_same_wrong_text_twice_is_given_up_and_kept(
    text: str, ask: Ask, server: FakeControlPlane, editor: Editor, capsys: Out
) -> None:
    folder = editor(text)
    with pytest.raises(BadDraftError) as raised:
        ask("vfs edit /work --yes")
    assert exit_code(raised.value) == 2
    assert patches(server) == []
    [kept] = folder.iterdir()
    assert kept.read_text() == text
    assert f"Your text is kept in {kept}\n" in capsys.readouterr().err


def test_what_was_changed_meanwhile_is_a_conflict_and_the_text_is_kept(
    ask: Ask, server: FakeControlPlane, editor: Editor, capsys: Out
) -> None:
    folder = editor(json.dumps(CHANGED))
    server.answer = lambda asked: (
        refusal(412, "precondition_failed", "It was changed meanwhile.") if asked.method == "PATCH" else answer(asked)
    )
    with pytest.raises(RefusedError) as raised:
        ask("vfs edit /work --yes")
    assert exit_code(raised.value) == 6
    assert str(raised.value).startswith("“/work” was changed meanwhile, so nothing was saved.")
    [kept] = folder.iterdir()
    assert str(kept) in capsys.readouterr().err
    assert json.loads(kept.read_text()) == CHANGED


def test_an_edit_of_nothing_changes_nothing(ask: Ask, server: FakeControlPlane, editor: Editor, capsys: Out) -> None:
    folder = editor()
    assert ask("vfs edit /work") == 0
    assert (patches(server), capsys.readouterr().out) == ([], "Nothing was changed.\n")
    assert list(folder.iterdir()) == []


def test_a_rehearsal_says_what_a_change_would_do(
    ask: Ask, server: FakeControlPlane, editor: Editor, capsys: Out
) -> None:
    editor(json.dumps(CHANGED))
    assert ask("vfs edit /work --dry-run") == 0
    told = capsys.readouterr().out
    assert told == "Would change steps of /work: before 120 files, after 96. Nothing was changed.\n"
    assert patches(server) == []


@pytest.mark.usefixtures("ask")
@pytest.mark.parametrize(("said", "saved"), [("y", True), ("n", False)])
def test_a_person_is_shown_what_changes_and_asked(
    said: str, saved: bool, server: FakeControlPlane, editor: Editor
) -> None:
    folder = editor(json.dumps(CHANGED))
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "r+b", buffering=0) as terminal, os.fdopen(theirs, "r+b", buffering=0) as other:
        terminal.write(f"{said}\n".encode())
        command = [str(Path(sys.executable).with_name("mosaicfs")), "vfs", "edit", "/work"]
        done = subprocess.run(command, stdin=other, stdout=other, stderr=other, timeout=60, check=False)
        told = os.read(ours, 65_536).decode()
    assert done.returncode == 0
    assert "before 120 files, after 96. Save /work? [y/N]" in told
    assert ("Saved /work" in told, "Your text is kept in" in told) == (saved, not saved)
    assert len(patches(server)) == saved
    assert len(list(folder.iterdir())) == (not saved)


def test_where_nobody_can_be_asked_nothing_is_saved(ask: Ask, server: FakeControlPlane, editor: Editor) -> None:
    folder = editor(json.dumps(CHANGED))
    with pytest.raises(NoAnswerError):
        ask("vfs edit /work")
    assert patches(server) == []
    assert len(list(folder.iterdir())) == 1


def test_an_editor_that_fails_or_is_not_there_changes_nothing(
    ask: Ask, server: FakeControlPlane, editor: Editor, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = editor(code=3)
    with pytest.raises(EditorFailedError):
        ask("vfs edit /work")
    monkeypatch.setenv("VISUAL", "/none/such --wait")
    with pytest.raises(NoEditorError) as raised:
        ask("vfs edit /work")
    assert exit_code(raised.value) == 12
    assert patches(server) == []
    assert list(folder.iterdir()) == []
