"""Which rule chooses a place, and that what is made is nobody else's."""

from pathlib import Path

import pytest

from mosaicfs.errors import ConfigError
from mosaicfs.paths import Places, find_places

PERSON, SERVICE, ROOT = 1000, 104, 0


def test_a_person_lives_at_home() -> None:
    places = find_places({"HOME": "/home/ana"}, uid=PERSON)
    assert places.config_file == Path("/home/ana/.config/mosaicfs/mosaicfs.toml")
    assert places.database == Path("/home/ana/.local/state/mosaicfs/mosaicfs.db")
    assert places.keys_dir == Path("/home/ana/.local/state/mosaicfs/keys")
    assert places.log_dir == Path("/home/ana/.local/state/mosaicfs/log")
    assert places.cache_dir == Path("/home/ana/.cache/mosaicfs")
    assert places.plugins_dir == Path("/home/ana/.local/share/mosaicfs/plugins")
    assert places.mount_point == Path("/home/ana/MosaicFS")
    assert set(places.chosen_by.values()) == {"person", "no XDG_RUNTIME_DIR"}


@pytest.mark.parametrize("uid", [SERVICE, ROOT])
def test_a_service_lives_in_the_system_and_never_at_home(uid: int) -> None:
    places = find_places({"HOME": "/home/ana"}, uid=uid)
    assert places.config_file == Path("/etc/mosaicfs/mosaicfs.toml")
    assert places.state_dir == Path("/var/lib/mosaicfs")
    assert places.cache_dir == Path("/var/cache/mosaicfs")
    assert places.runtime_dir == Path("/run/mosaicfs")
    assert places.plugins_dir == Path("/usr/lib/mosaicfs/plugins")
    assert set(places.chosen_by.values()) == {"service"}


@pytest.mark.parametrize("uid", [PERSON, ROOT])
def test_a_variable_that_names_a_directory_beats_who_asks(uid: int) -> None:
    places = find_places({"HOME": "/home/ana", "XDG_STATE_HOME": "/x/state"}, uid=uid)
    assert (places.state_dir, places.chosen_by["state_dir"]) == (Path("/x/state/mosaicfs"), "XDG_STATE_HOME")


def test_a_relative_directory_counts_as_none() -> None:
    assert find_places({"HOME": "/h", "XDG_CACHE_HOME": "cache"}, uid=PERSON).chosen_by["cache_dir"] == "person"


def test_the_command_line_names_the_file_before_the_environment_does() -> None:
    environment = {"HOME": "/h", "MOSAICFS_CONFIG": "/e.toml"}
    by_option = find_places(environment, config="/o.toml", uid=PERSON)
    by_variable = find_places(environment, uid=PERSON)
    assert (by_option.config_file, by_option.chosen_by["config_file"]) == (Path("/o.toml"), "--config")
    assert (by_variable.config_file, by_variable.chosen_by["config_file"]) == (Path("/e.toml"), "MOSAICFS_CONFIG")


def test_every_place_says_which_rule_chose_it() -> None:
    places = find_places({"HOME": "/h"}, uid=PERSON)
    assert set(places.chosen_by) == set(Places.__slots__) - {"chosen_by", "home"}


def test_the_runtime_directory_of_somebody_else_counts_as_none(tmp_path: Path) -> None:
    ours, theirs = tmp_path.stat().st_uid, tmp_path.stat().st_uid + 5000
    environment = {"HOME": "/h", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert find_places(environment, uid=ours).runtime_dir == tmp_path / "mosaicfs"
    assert find_places(environment, uid=theirs).runtime_dir == Path(f"/tmp/mosaicfs-{theirs}")


def test_a_user_whom_the_system_does_not_know_is_asked_for_a_home() -> None:
    with pytest.raises(ConfigError, match="HOME: is not set"):
        find_places({}, uid=3_999_999)


class TestMaking:
    @pytest.fixture
    def places(self, tmp_path: Path) -> Places:
        return find_places({"HOME": str(tmp_path), "XDG_STATE_HOME": f"{tmp_path}/s", "XDG_RUNTIME_DIR": str(tmp_path)})

    def test_looking_makes_nothing(self, places: Places, tmp_path: Path) -> None:
        assert places.state_dir.is_relative_to(tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_what_is_made_is_ours_alone(self, places: Places) -> None:
        places.make()
        places.make()
        made = (places.state_dir, places.keys_dir, places.runtime_dir, places.bell_dir)
        assert {path.stat().st_mode & 0o777 for path in made} == {0o700}

    def test_a_directory_that_others_may_look_into_is_refused_with_the_line_to_type(self, places: Places) -> None:
        places.state_dir.mkdir(parents=True, mode=0o750)
        with pytest.raises(ConfigError, match=f"Type: chmod 700 {places.state_dir}$"):
            places.make()

    def test_a_directory_of_somebody_else_is_refused(self, places: Places, monkeypatch: pytest.MonkeyPatch) -> None:
        places.runtime_dir.mkdir(mode=0o700)
        monkeypatch.setattr("os.geteuid", lambda: 3_999_999)
        with pytest.raises(ConfigError, match="belongs to somebody else"):
            places.make()

    def test_a_file_in_the_way_is_named(self, places: Places) -> None:
        places.state_dir.parent.mkdir()
        places.state_dir.write_text("")
        with pytest.raises(ConfigError, match=f"{places.state_dir}: this directory cannot be made: File exists"):
            places.make()
