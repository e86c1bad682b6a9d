"""A node keeps the id it was once given."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.errors import ConfigError
from mosaicfs.node_id import made_of, node_id


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    assert node_id(tmp_path, "Ana's Laptop") == "node-ana-s-laptop"
    assert node_id(tmp_path, "another name") == "node-ana-s-laptop"
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("node_id", 0o600)]


def test_without_a_name_the_host_name_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.gethostname", lambda: "attic.example")
    assert node_id(tmp_path) == "node-attic-example"


def test_what_is_no_id_is_refused_rather_than_replaced(tmp_path: Path) -> None:
    (tmp_path / "node_id").write_text("Not An Id\n")
    with pytest.raises(ConfigError, match="'Not An Id' is not a node id"):
        node_id(tmp_path)


@given(st.text())
def test_every_name_makes_a_valid_id(name: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,62}", made_of(name))
