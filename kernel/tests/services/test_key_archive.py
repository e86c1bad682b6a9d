"""The keys of a control plane, taken out as one locked file and put back, here or on another machine."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from pathlib import Path
from time import time

import pytest

from mosaicfs.errors import InstanceExistsError
from mosaicfs.identity import passphrase
from mosaicfs.identity.key_files import KeyFiles, KeyGivenError, KeyUnsafeError
from mosaicfs.identity.passphrase import NotLockedError
from mosaicfs.paths import Places
from mosaicfs.services import key_archive
from mosaicfs.services.key_archive import OF_THE_NODE, KeyArchive, export_keys, open_keys, unpacked
from mosaicfs.services.renewing import NoControlPlaneError
from mosaicfs_sdk.fakes.places import places_below

WORD = "four words of mine"
KEYS = {
    "instance.key": b"i", "jwt.json": b"j", "ca.key": b"c", "ca.crt": b"C", "server.key": b"s", "server.crt": b"S",
    "control_plane.key": b"p", "cursor.key": b"u",
}  # fmt: skip


def places_in(folder: Path) -> Places:
    places = places_below(folder)
    places.make()
    return places


def planted(places: Places, keys: dict[str, bytes], instance: str) -> Places:
    for name, content in keys.items():
        KeyFiles(places.keys_dir).write(name, content)
    KeyFiles(places.state_dir).write("instance_id", f"{instance}\n".encode())
    return places


def there(places: Places) -> dict[str, bytes]:
    files = KeyFiles(places.keys_dir)
    return {name: files.read(name) or b"" for name in files.names()}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work that a passphrase takes is tried where it is made."""
    monkeypatch.setattr(key_archive, "locked", lambda content, word: passphrase.locked(content, word, 4))


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return planted(places_in(tmp_path), KEYS, "instance-a")


@pytest.fixture
def archive(places: Places) -> KeyArchive:
    content, _ = export_keys(places, WORD)
    return open_keys(content, WORD, "keys.age")


def test_all_keys_but_those_of_the_node_arrive_on_another_machine(places: Places, tmp_path: Path) -> None:
    for name in OF_THE_NODE:
        KeyFiles(places.keys_dir).write(name, b"of this machine")
    content, names = export_keys(places, WORD)
    (tmp_path / "other").mkdir()
    other = places_in(tmp_path / "other")
    assert open_keys(content, WORD, "x").restore(other, time) is None
    assert (sorted(names), there(other)) == (sorted(KEYS), KEYS)
    assert (other.state_dir / "instance_id").read_text() == "instance-a\n"
    assert {path.stat().st_mode & 0o777 for path in other.keys_dir.iterdir()} == {0o600}
    KeyFiles(other.keys_dir).check()


def test_other_keys_are_named_put_aside_and_none_stays_beside_what_came(places: Places, archive: KeyArchive) -> None:
    assert archive.replaced(places) == []
    planted(places, {**KEYS, "ca.key": b"other", "ca_next.key": b"next", "node.key": b"n", "later.key": b"l"}, "b")
    assert archive.replaced(places) == ["instance_id", "ca.key", "ca_next.key"]
    aside = archive.restore(places, time)
    assert there(places) == {**KEYS, "node.key": b"n", "later.key": b"l"}
    assert aside is not None
    kept = KeyFiles(aside)
    assert [kept.read(name) for name in ("ca.key", "ca_next.key", "instance_id", "node.key")] == [
        b"other", b"next", b"b", None,
    ]  # fmt: skip
    kept.check()


def test_who_is_killed_in_the_middle_leaves_nothing_that_starts_until_it_is_done_again(
    places: Places, archive: KeyArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    planted(places, dict.fromkeys(KEYS, b"other"), "b")
    with monkeypatch.context() as patched:
        patched.setattr(KeyFiles, "write", _dying_at(KeyFiles.write, "ca.crt", places.keys_dir))
        with pytest.raises(KilledError):
            archive.restore(places, time)
    with pytest.raises(KeyUnsafeError, match="keys import"):
        KeyFiles(places.keys_dir).check()
    archive.restore(places, time)
    KeyFiles(places.keys_dir).check()
    assert there(places) == KEYS


class KilledError(BaseException):
    pass


def _dying_at(write: Callable[..., None], name: str, folder: Path) -> Callable[..., None]:
    def guarded(files: KeyFiles, asked: str, content: bytes) -> None:
        if (asked, files.folder) == (name, folder):
            raise KilledError
        write(files, asked, content)

    return guarded


def test_keys_that_the_service_manager_gives_go_out_and_are_not_exchanged(
    places: Places, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    (given / "instance.key").write_bytes(b"given")
    (given / "mosaicfs-secret-key").write_bytes(b"of a person")
    KeyFiles(places.keys_dir).remove("instance.key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(given))
    archive = open_keys(export_keys(places, WORD)[0], WORD, "x")
    assert archive.keys == {**KEYS, "instance.key": b"given"}
    with pytest.raises(KeyGivenError):
        archive.restore(places, time)


def test_a_machine_without_a_control_plane_has_nothing_to_take_out(tmp_path: Path) -> None:
    with pytest.raises(NoControlPlaneError):
        export_keys(places_in(tmp_path), WORD)


def test_a_node_of_another_control_plane_is_not_overwritten(places: Places, archive: KeyArchive) -> None:
    KeyFiles(places.keys_dir).write("control_plane.pub", b"theirs")
    with pytest.raises(InstanceExistsError):
        archive.restore(places, time)
    assert there(places) == {**KEYS, "control_plane.pub": b"theirs"}


def test_keys_that_others_may_have_read_do_not_go_out(places: Places) -> None:
    (places.keys_dir / "ca.key").chmod(0o644)
    with pytest.raises(KeyUnsafeError, match="chmod 600"):
        export_keys(places, WORD)


GOOD = {"instance_id": b"a", "keys/ca.key": b"c", "keys/ca.crt": b"C"}


def _tar(members: dict[str, bytes], kind: bytes = tarfile.REGTYPE) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size, member.type, member.linkname = len(content), kind, "/etc/passwd"
            tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "keys/../../evil",
        "/etc/evil",
        "keys//evil",
        "keys/.lock",
        "keys/node.key",
        "evil",
        "keys/a/b",
        "keys/",
        "keys/A",
    ],
)
def test_what_could_land_elsewhere_is_no_export(name: str) -> None:
    with pytest.raises(NotLockedError):
        unpacked(_tar({**GOOD, name: b"x"}), "x")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"garbage" * 100,
        _tar(GOOD)[:900],
        _tar(GOOD, tarfile.SYMTYPE),
        *(_tar({name: text for name, text in GOOD.items() if name != left}) for left in GOOD),
    ],
)
def test_what_is_not_whole_is_no_export(content: bytes) -> None:
    with pytest.raises(NotLockedError):
        unpacked(content, "x")


def test_what_is_whole_is_one() -> None:
    assert unpacked(_tar(GOOD), "x") == KeyArchive("a", {"ca.key": b"c", "ca.crt": b"C"})
