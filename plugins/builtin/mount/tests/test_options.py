"""The options of a mount: what may be asked for, what is refused, and which bits nobody can get."""

from __future__ import annotations

from pathlib import Path

import pytest

from mosaicfs_mount.options import BadOptionError, MountOptions, NotAllowedError, read_options, refuse_not_allowed


def test_nothing_asked_for_is_the_usual() -> None:
    assert read_options("") == MountOptions()
    assert (MountOptions().file_bits, MountOptions().directory_bits) == (0o444, 0o555)


def test_what_is_of_the_mount_command_changes_nothing() -> None:
    assert read_options("ro,_netdev,x-systemd.automount,defaults,nosuid,noatime") == MountOptions()


def test_everybody_else_sees_less_when_others_are_let_in() -> None:
    options = read_options("allow_other")
    assert (options.file_bits, options.directory_bits) == (0o440, 0o550)


def test_nobody_can_get_a_bit_to_write() -> None:
    options = read_options("file_mode=0666,dir_mode=0777,umask=0007")
    assert (options.file_bits, options.directory_bits) == (0o440, 0o550)


@pytest.mark.parametrize(
    "text",
    [
        "rw",
        "colour",
        "uid=me",
        "umask=9",
        "file_mode=1777",
        "subtree=here",
        "subtree=/a/../b",
        "attr_timeout=-1",
        "allow_other=yes",
        "fsname=",
        "entry_timeout=nan",
    ],
)
def test_what_cannot_be_is_named(text: str) -> None:
    with pytest.raises(BadOptionError, match=text.partition("=")[0]):
        read_options(f"ro,{text}")


def test_a_subtree_loses_its_slash() -> None:
    assert [read_options(f"subtree={path}").subtree for path in ("/", "/documents/work/")] == ["/", "/documents/work"]


def test_the_system_is_told_that_nothing_is_written_and_nothing_run() -> None:
    told = read_options("allow_other").of_system
    assert {"ro", "nosuid", "nodev", "noexec", "default_permissions", "fsname=mosaicfs", "allow_other"} <= told


def test_a_person_lets_others_in_only_where_root_has_said_so(tmp_path: Path) -> None:
    conf = tmp_path / "fuse.conf"
    conf.write_text("#user_allow_other\n")
    options = read_options("allow_other")
    with pytest.raises(NotAllowedError, match="user_allow_other"):
        refuse_not_allowed(options, conf, uid=1000)
    refuse_not_allowed(options, conf, uid=0)
    conf.write_text("user_allow_other\n")
    refuse_not_allowed(options, conf, uid=1000)
    refuse_not_allowed(MountOptions(), tmp_path / "none", uid=1000)
