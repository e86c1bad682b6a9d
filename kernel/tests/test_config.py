"""Where a value comes from, and what is refused: by file and line, key, and nearest known name."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.config import configure, load_settings
from mosaicfs.config_file import ConfigFile, line_of, read_config
from mosaicfs.errors import ConfigError
from mosaicfs.model.configuration import Settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mosaicfs.toml"


def loaded(file: Path, text: str, environment: Mapping[str, str] | None = None) -> Settings:
    file.write_text(text)
    return load_settings(read_config(file), {}, environment or {})


def refused(file: Path, text: str) -> str:
    with pytest.raises(ConfigError) as raised:
        loaded(file, text)
    return str(raised.value)


class Source(NamedTuple):
    """One way to set `agent.name`; None where this way is not used."""

    option: str | None
    variable: str | None
    file: str | None


names = st.none() | st.text("abcdefgh-", min_size=1, max_size=8)


@given(st.builds(Source, names, names, names))
def test_an_option_beats_the_environment_which_beats_the_file(source: Source) -> None:
    toml = ConfigFile(Path("m.toml"), "", {} if source.file is None else {"agent": {"name": source.file}})
    options = {} if source.option is None else {"agent.name": source.option}
    environment = {} if source.variable is None else {"MOSAICFS_AGENT_NAME": source.variable}
    settings = load_settings(toml, options, environment)
    assert settings.agent.name == next((value for value in source if value is not None), "")
    places = [
        place for place, value in zip(("--name", "MOSAICFS_AGENT_NAME", "m.toml:1"), source, strict=True) if value
    ]
    assert settings.given.get("agent.name") == (places[0] if places else None)


def test_without_anything_the_defaults_hold() -> None:
    assert load_settings(None, {}, {}) == Settings()


def test_every_section_is_read(file: Path) -> None:
    settings = loaded(
        file,
        """
        server.listen = ["http://127.0.0.1:9000", "http://[::1]:9000"]
        [store]
        driver = "couchdb"
        url = "http://127.0.0.1:5984"
        [plugins]
        disabled = ["sync"]
        [logging]
        level = "warning"
        [plugin.control]
        batch = 5
        [plugin."words@work"]
        deep = { er = true }
        """,
    )
    assert settings.server.listen == ("http://127.0.0.1:9000", "http://[::1]:9000")
    assert (settings.store.driver, settings.store.url) == ("couchdb", "http://127.0.0.1:5984")
    assert settings.plugins.disabled == ("sync",)
    assert settings.logging.level == "warning"
    assert settings.plugin_options == {"control": {"batch": 5}, "words@work": {"deep": {"er": True}}}
    assert settings.place("store.url") == f"{file}:5"


def test_a_variable_writes_a_list_with_commas(file: Path) -> None:
    settings = loaded(file, "", {"MOSAICFS_SERVER_LISTEN": "http://127.0.0.1:1, http://[::1]:2,"})
    assert settings.server.listen == ("http://127.0.0.1:1", "http://[::1]:2")


def test_an_empty_variable_is_as_good_as_none(file: Path) -> None:
    assert loaded(file, "logging.level = 'error'", {"MOSAICFS_LOGGING_LEVEL": ""}).logging.level == "error"


def test_the_other_name_of_the_node_name_is_read(file: Path) -> None:
    assert loaded(file, "", {"MOSAICFS_NODE_NAME": "attic"}).agent.name == "attic"


def test_an_unknown_key_is_refused_with_its_line_and_the_nearest_name(file: Path) -> None:
    trouble = refused(file, "# ours\n[store]\n\ndrivre = 'sqlite'\n")
    assert trouble == f"{file}:4: store.drivre is not known; did you mean store.driver?"


def test_a_key_in_the_wrong_section_is_shown_the_right_one(file: Path) -> None:
    assert "did you mean store.driver?" in refused(file, "server.driver = 'sqlite'")


def test_an_unknown_section_is_refused_with_the_nearest_name(file: Path) -> None:
    assert f"{file}:2: pluggins is not known; did you mean plugins?" in refused(file, "\n[pluggins]\n")


def test_a_name_that_resembles_nothing_gets_the_whole_list(file: Path) -> None:
    assert "known are: server, store, agent" in refused(file, "[zzz]\n")


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("server.listen = 'http://127.0.0.1:1'", "server.listen must be a list of texts"),
        ("server.listen = [8440]", "server.listen must be a list of texts"),
        ("store.url = 5984", "store.url must be a text, not 5984"),
        ("logging.level = 'loud'", "logging.level must be one of debug, info, warning, error, not 'loud'"),
        ("logging.level = ['info']", "logging.level must be one of"),
        ("store = 'sqlite'", "store is a section; write [store]"),
        ("plugin.control = 5", "write [plugin.control]"),
        ("store.secret = 'x'", "name a file in store.secret_file"),
        ("store.url = ", "this is not TOML"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(file: Path, text: str, trouble: str) -> None:
    told = refused(file, f"\n{text}\n")
    assert told.startswith(f"{file}:2: ")
    assert trouble in told


def test_a_file_that_is_not_text_is_refused(file: Path) -> None:
    file.write_bytes(b"store.url = '\xff'")
    with pytest.raises(ConfigError, match="not UTF-8: byte 13"):
        read_config(file)


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("server", "listen"), 3),
        (("server", "quo.ted"), 8),
        (("plugin", "a b", "x", "y"), 10),
        (("store",), 14),
        (("store", "driver"), 15),
        (("store", "z", "q"), 16),
    ],
)
def test_the_line_of_a_key_is_that_on_which_its_statement_begins(keys: tuple[str, ...], line: int) -> None:
    text = (
        '# listen\n[server] # x\nlisten = [\n "a",\n # [store]\n "b]",\n]\n"quo.ted" = 1\n'
        '[plugin."a b"]\nx.y = """\n[store]\ndriver = 1\n"""\n[store]\ndriver="s"\nz.q = 1'
    )
    assert line_of(text, keys) == line


class TestSecrets:
    def test_a_variable_gives_it(self) -> None:
        assert load_settings(None, {}, {"MOSAICFS_STORE_SECRET": "pst"}).store.secret == "pst"

    def test_the_service_manager_gives_it(self, tmp_path: Path) -> None:
        (tmp_path / "mosaicfs-store-secret").write_text("pst\n")
        assert load_settings(None, {}, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).store.secret == "pst"

    def test_a_file_of_ours_gives_it(self, file: Path, tmp_path: Path) -> None:
        secret = self.written(tmp_path, 0o600)
        settings = loaded(file, f"store.secret_file = '{secret}'")
        assert settings.store.secret == "pst"
        assert "pst" not in repr(settings)

    def test_a_file_that_others_can_read_is_refused_with_the_line_to_type(self, file: Path, tmp_path: Path) -> None:
        secret = self.written(tmp_path, 0o640)
        told = refused(file, f"store.secret_file = '{secret}'")
        assert told == f"{file}:1: {secret} must be yours alone. Type: chmod 600 {secret}"

    def test_a_file_that_is_missing_is_named(self, file: Path, tmp_path: Path) -> None:
        assert f"{tmp_path}/none cannot be read" in refused(file, f"store.secret_file = '{tmp_path}/none'")

    def written(self, folder: Path, mode: int) -> Path:
        path = folder / "secret"
        path.write_text("pst\n")
        path.chmod(mode)
        return path


class TestConfigure:
    def test_a_file_at_its_usual_place_may_be_missing(self, tmp_path: Path) -> None:
        assert configure({}, {"XDG_CONFIG_HOME": str(tmp_path)}).settings == Settings()

    def test_a_file_at_its_usual_place_is_read(self, tmp_path: Path) -> None:
        (tmp_path / "mosaicfs").mkdir()
        (tmp_path / "mosaicfs" / "mosaicfs.toml").write_text("agent.name = 'attic'")
        assert configure({}, {"XDG_CONFIG_HOME": str(tmp_path)}).settings.agent.name == "attic"

    def test_a_file_that_was_named_must_be_there(self, tmp_path: Path) -> None:
        with pytest.raises(ConfigError, match="No such file"):
            configure({}, {"MOSAICFS_CONFIG": str(tmp_path / "none.toml")})

    def test_a_plugins_folder_in_the_file_beats_the_usual_one(self, file: Path) -> None:
        file.write_text("[plugins]\ndirectory = '/srv/plugins'")
        places = configure({}, {}, config=str(file)).places
        assert (places.plugins_dir, places.chosen_by["plugins_dir"]) == (Path("/srv/plugins"), f"{file}:2")

    def test_a_relative_plugins_folder_is_refused(self, file: Path) -> None:
        file.write_text("plugins.directory = 'plugins'")
        with pytest.raises(ConfigError, match="plugins must be an absolute path"):
            configure({}, {}, config=str(file))


@pytest.mark.parametrize(
    ("variable", "text", "found"),
    [
        ("MOSAICFS_CRAWL_NIGHTLY", "off", False),
        ("MOSAICFS_CRAWL_NICE", "19", 19),
        ("MOSAICFS_CRAWL_BRAKE_FRACTION", "0.5", 0.5),
    ],
)
def test_switches_and_numbers_are_read_from_variables(variable: str, text: str, found: object, tmp_path: Path) -> None:
    configured = configure({}, {variable: text, "HOME": str(tmp_path)})
    key = variable.removeprefix("MOSAICFS_CRAWL_").lower()
    assert getattr(configured.settings.crawl, key) == found


@pytest.mark.parametrize("line", ["nightly = 1", "nice = 1.5", "brake_fraction = true", 'nice = "many"'])
def test_a_value_of_another_kind_is_refused(line: str, tmp_path: Path) -> None:
    file = tmp_path / "mosaicfs.toml"
    file.write_text(f"[crawl]\n{line}\n")
    with pytest.raises(ConfigError, match="must be"):
        configure({}, {"HOME": str(tmp_path)}, config=str(file))
