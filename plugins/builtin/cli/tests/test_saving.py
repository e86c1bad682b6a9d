"""The configuration file: made with only what was chosen, and edited without touching anything else."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_cli.errors import CannotSaveError
from mosaicfs_cli.saving import add_watch_paths, create, set_key, set_keys, with_key, with_watch_paths

FILE = Path("mosaicfs.toml")

paths = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(lambda name: f"/{name}")


@given(st.lists(paths, min_size=1, max_size=4, unique=True), st.lists(paths, max_size=3))
def test_any_path_is_read_back_as_it_was(new: list[str], known: list[str]) -> None:
    text = with_watch_paths(FILE, "", known) if known else ""
    assert tomllib.loads(with_watch_paths(FILE, text, new)) == {"agent": {"watch_paths": [*known, *new]}}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[agent]\nwatch_paths = ["/b"]\n'),
        ("[agent]\n", '[agent]\nwatch_paths = ["/b"]\n'),
        ('[agent]\nwatch_paths = ["/a"] # mine\n', '[agent]\nwatch_paths = ["/a", "/b"] # mine\n'),
        ('[agent]\nwatch_paths = ["/a",]\n', '[agent]\nwatch_paths = ["/a","/b"]\n'),
        ("[agent]\nwatch_paths = []\n", '[agent]\nwatch_paths = ["/b"]\n'),
        (
            '[agent]\nwatch_paths = [\n    "/a", # [not] the end\n]\n[store]\n',
            '[agent]\nwatch_paths = [\n    "/a", # [not] the end\n    "/b",\n]\n[store]\n',
        ),
        (
            '[agent]\nwatch_paths = [\n    "/a" # last\n]\n',
            '[agent]\nwatch_paths = [\n    "/a" # last\n    , "/b",\n]\n',
        ),
        ('agent.name = "x"\n', 'agent.watch_paths = ["/b"]\nagent.name = "x"\n'),
        ("[store]\ndriver = 'sqlite'\n", "[store]\ndriver = 'sqlite'\n\n[agent]\nwatch_paths = [\"/b\"]\n"),
        ("[store]\r\n[agent]\r\n", '[store]\r\n[agent]\r\nwatch_paths = ["/b"]\r\n'),
        (
            "[plugin.disk]\nx = '''\n[agent]\n'''",
            "[plugin.disk]\nx = '''\n[agent]\n'''\n\n[agent]\nwatch_paths = [\"/b\"]\n",
        ),
    ],
)
def test_everything_else_stays_byte_for_byte(before: str, after: str) -> None:
    assert with_watch_paths(FILE, before, ["/b"]) == after


def test_a_file_that_is_written_too_strangely_is_refused_with_the_line_to_add() -> None:
    with pytest.raises(CannotSaveError, match=r'Add by hand: watch_paths = \["/b"\] under \[agent\]'):
        with_watch_paths(FILE, 'agent = {name = "x"}\n', ["/b"])


def test_a_new_file_is_private_and_has_only_what_was_chosen(tmp_path: Path) -> None:
    path = tmp_path / "config/mosaicfs.toml"
    chosen = {"agent.watch_paths": ["/a"], "agent.name": "attic"}
    create(path, chosen, {"agent.watch_paths": "Folders.", "agent.name": "Name."})
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text().splitlines()[2:] == [
        "[agent]",
        "# Folders.",
        'watch_paths = ["/a"]',
        "# Name.",
        'name = "attic"',
    ]


def test_an_edit_keeps_the_mode_and_the_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "mosaicfs.toml"
    real.write_text("[agent]\n")
    real.chmod(0o644)
    link.symlink_to(real)
    add_watch_paths(link, ["/b"])
    assert link.is_symlink()
    assert (real.stat().st_mode & 0o777, tomllib.loads(real.read_text())) == (0o644, {"agent": {"watch_paths": ["/b"]}})
    assert {path.name for path in tmp_path.iterdir()} == {"dotfiles.toml", "mosaicfs.toml"}


# --- one key -------------------------------------------------------------------------------------------------------

URL = "client.server_url"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# mine\n",
        "[client]\n",
        '[client]\nserver_url = "https://old:1"\n# kept\n',
        '[client] # here\n\nserver_url="https://old:1" # old\n[agent]\nname = "x"\n',
        'client.server_url = "https://old:1"\n',
        '[agent]\nname = "server_url = 1"\n',
        '[server]\nserver_url = "not this"\n[client]\nserver_url = "https://old:1"',
    ],
)
def test_one_key_is_set_and_taken_away_and_the_rest_stays(text: str, tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.toml"
    set_it = with_key(path, text, URL, "https://new:2")
    before, after = tomllib.loads(text), tomllib.loads(set_it)
    assert after["client"]["server_url"] == "https://new:2"
    before.pop("client", None)
    after.pop("client")
    assert before == after
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in set_it.splitlines() if line.startswith("#")
    ]
    gone = tomllib.loads(with_key(path, set_it, URL, None))
    assert "server_url" not in gone.get("client", {})
    assert with_key(path, set_it, URL, "https://new:2") == set_it


def test_a_key_written_too_strangely_is_left_alone(tmp_path: Path) -> None:
    text = '[client]\nserver_url = """\nhttps://old:1"""\n'
    with pytest.raises(CannotSaveError, match="server_url"):
        with_key(tmp_path / "mosaicfs.toml", text, URL, "https://new:2")


def test_keys_make_a_file_of_ours_alone_or_join_those_that_are_there(tmp_path: Path) -> None:
    path = tmp_path / "mosaicfs.toml"
    says = {"server.listen": "Where.", "agent.name": "Who."}
    set_keys(path, {"server.listen": ["https://0.0.0.0:8443"]}, says)
    assert path.stat().st_mode & 0o777 == 0o600
    set_keys(path, {"agent.name": "nas", "server.listen": ["https://[::]:1"]}, says)
    assert tomllib.loads(path.read_text()) == {"server": {"listen": ["https://[::]:1"]}, "agent": {"name": "nas"}}
    set_key(path, "agent.name", None)
    assert "nas" not in path.read_text()
