"""What a machine may lack for a mount, told before anything is mounted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs.errors import UnsupportedError
from mosaicfs_mount import serving
from mosaicfs_mount.failing import FuseMissingError
from mosaicfs_mount.serving import refuse_what_is_missing


@pytest.fixture
def device(tmp_path: Path) -> Path:
    path = tmp_path / "fuse"
    path.touch()
    return path


@pytest.fixture
def equipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("os.geteuid", lambda: 1000)


@pytest.mark.usefixtures("equipped")
def test_a_machine_that_has_everything_may_mount(device: Path) -> None:
    refuse_what_is_missing(device)


@pytest.mark.usefixtures("equipped")
def test_each_missing_thing_is_named_with_the_way_to_get_it(device: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FuseMissingError, match=r"is missing\. (Load it with|Start the container)"):
        refuse_what_is_missing(device.with_name("none"))
    monkeypatch.setattr(serving, "which", lambda name: None)
    with pytest.raises(FuseMissingError, match="the package fuse3"):
        refuse_what_is_missing(device)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    refuse_what_is_missing(device)
    monkeypatch.setattr("sys.platform", "win32")
    with pytest.raises(FuseMissingError, match="web page"):
        refuse_what_is_missing(device)
    assert issubclass(FuseMissingError, UnsupportedError)
