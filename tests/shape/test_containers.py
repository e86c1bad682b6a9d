"""compose.yaml and the Containerfile agree with each other and with the program; no engine is tried."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from mosaicfs import configure
from mosaicfs.model.configuration import SECTIONS
from mosaicfs_cli.manual.commands import commands
from tests.shape.workspace import ROOT

PAGE = ROOT / "docs" / "operating" / "compose.md"
OUTSIDE = {"MOSAICFS_SERVER_URL", "MOSAICFS_JOIN_CODE"}
"""Variables of a command that are no settings."""
OURS = ("control", "agent")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = yaml.safe_load(text)
    return told


@pytest.fixture(scope="module")
def containerfile() -> str:
    return (ROOT / "Containerfile").read_text(encoding="utf-8")


def settings() -> set[str]:
    return {f"MOSAICFS_{name}_{key}".upper() for name, section in SECTIONS.items() for key in section.__annotations__}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_program_reads(name: str, compose: dict[str, Any]) -> None:
    given = {variable for variable in compose["services"][name]["environment"] if variable.startswith("MOSAICFS_")}
    assert given - settings() - OUTSIDE == set()
    assert {"MOSAICFS_STORE_DRIVER", "MOSAICFS_AGENT_WATCH_PATHS"} & given


@pytest.mark.parametrize("name", OURS)
def test_commands_and_health_checks_exist_with_their_options(name: str, compose: dict[str, Any]) -> None:
    service = compose["services"][name]
    known = {command.verb: command for command in commands()}
    assert service["command"][0] in known
    kind, program, *words = service["healthcheck"]["test"]
    assert (kind, program) == ("CMD", "mosaicfs")
    verb = next(v for v in (" ".join(words[:2]), words[0]) if v in known)
    flags = {flag for option in known[verb].options for flag in option.flags}
    assert {word for word in words if word.startswith("-")} <= flags


def test_every_service_has_a_health_check_and_what_it_needs_exists(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["healthcheck"]["test"][0] == "CMD", name
        assert set(service.get("depends_on", {})) <= set(compose["services"])
        assert set(service["networks"]) <= set(compose["networks"])
        named = {volume.partition(":")[0] for volume in service["volumes"] if volume[0] not in "./$"}
        assert named <= set(compose["volumes"])
        assert {each["source"] for each in service.get("secrets", ())} <= set(compose["secrets"])
        assert {each["source"] for each in service.get("configs", ())} <= set(compose["configs"])


def test_no_volume_network_or_secret_is_left_over(compose: dict[str, Any]) -> None:
    text = str(list(compose["services"].values()))
    for kind in ("volumes", "networks", "secrets", "configs"):
        assert [name for name in compose[kind] if name not in text] == []


@pytest.mark.parametrize("name", OURS)
def test_ours_may_write_to_their_places_alone(name: str, compose: dict[str, Any]) -> None:
    service = compose["services"][name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert "no-new-privileges:true" in service["security_opt"]
    assert all(volume.endswith(":ro") for volume in service["volumes"] if volume[0] in "./$")
    places = {volume.split(":")[1] for volume in service["volumes"]}
    assert {"/etc/mosaicfs", "/var/lib/mosaicfs", "/var/cache/mosaicfs"} <= places


def test_no_secret_stands_in_the_file_and_only_the_server_of_couchdb_is_shown_one(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service["environment"].items():
            if re.search(r"PASSWORD|SECRET|CODE", variable):
                assert str(value).startswith("${"), f"{name}: {variable}"
    assert compose["services"]["control"]["secrets"][0]["target"] == "mosaicfs-store-secret"
    assert "ports" not in compose["services"]["couchdb"]
    assert compose["networks"]["store"] == {"internal": True}
    assert compose["services"]["couchdb"]["networks"] == ["store"]


def test_the_control_plane_is_told_how_to_reach_its_couchdb(compose: dict[str, Any], tmp_path: Path) -> None:
    couchdb, control = compose["services"]["couchdb"], compose["services"]["control"]
    (tmp_path / control["secrets"][0]["target"]).write_text("a long text\n", encoding="utf-8")
    assert control["environment"]["CREDENTIALS_DIRECTORY"] == "/run/secrets"
    given = {**control["environment"], "HOME": str(tmp_path), "CREDENTIALS_DIRECTORY": str(tmp_path)}
    store = configure(environment=given).settings.store
    assert (store.driver, store.url) == ("couchdb", "http://couchdb:5984")
    assert (store.user, store.secret) == (couchdb["environment"]["COUCHDB_USER"], "a long text")
    assert compose["secrets"]["couchdb_password"] == {"environment": "COUCHDB_PASSWORD"}


def test_the_page_explains_every_variable_of_the_owner() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{([A-Z_]+)", text))
    page = PAGE.read_text(encoding="utf-8")
    assert {name for name in asked if f"`{name}`" not in page} == set()


def test_the_image_runs_as_the_user_that_the_services_expect(compose: dict[str, Any], containerfile: str) -> None:
    (uid,) = set(re.findall(r"--uid ([0-9]+)", containerfile))
    final = containerfile.rpartition("\nFROM ")[2]
    assert "\nUSER mosaicfs\n" in final
    assert re.search(r'^ENTRYPOINT \["mosaicfs"\]$', final, re.MULTILINE)
    assert f"uid={uid}," in compose["services"]["control"]["tmpfs"][0]
    assert compose["services"]["control"]["secrets"][0]["uid"] == uid
    assert int(uid) < 1000, "no account of the system: it would look for its places in a home directory"


def test_what_is_copied_exists_and_is_sent_to_the_engine(containerfile: str) -> None:
    ignored = (ROOT / ".containerignore").read_text(encoding="utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    lines = re.findall(r"^COPY (?!--from)(.*) \S+$", containerfile, re.MULTILINE)
    copied = {word for line in lines for word in line.split()}
    assert {name.partition("/")[0] for name in copied} == kept
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "*" in ignored
