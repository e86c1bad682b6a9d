"""An instance keeps the id it was once given."""

from pathlib import Path
from uuid import UUID

import pytest

from mosaicfs.errors import ConfigError
from mosaicfs.instance_id import instance_id


def test_it_is_made_once_and_kept(tmp_path: Path) -> None:
    made = instance_id(tmp_path)
    assert (UUID(made).version, str(UUID(made))) == (7, made)
    assert instance_id(tmp_path) == made
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("instance_id", 0o600)]


def test_two_machines_have_two(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert instance_id(tmp_path / "a") != instance_id(tmp_path / "b")


@pytest.mark.parametrize("text", ["", "node-laptop", "0194F3C2-7A10-7C3E-9B55-2F6D1E8A4C70", "0194f3c2"])
def test_what_is_no_id_is_refused_rather_than_replaced(tmp_path: Path, text: str) -> None:
    (tmp_path / "instance_id").write_text(f"{text}\n")
    with pytest.raises(ConfigError, match="is not an instance id"):
        instance_id(tmp_path)
    assert (tmp_path / "instance_id").read_text() == f"{text}\n"
