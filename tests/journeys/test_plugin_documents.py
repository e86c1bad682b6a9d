"""A webhook set up by its owner at the command line: the secret is typed, sealed, and proved by who receives."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from plugins.builtin.notify.tests.receiver import Receiver, receiver
from tests.journeys.machine import Machine
from tests.journeys.test_process_plugins import node_of

SECRET = "whsec_typed_at_a_terminal"


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    found = Machine(tmp_path / "machine", MOSAICFS_PLUGIN_SECRETS=json.dumps({"secret": SECRET}))
    yield found
    found.close()


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as state:
        yield state


def is_ours(heard: tuple[dict[str, str], bytes], secret: str = SECRET) -> bool:
    headers, body = heard
    text = headers["mosaicfs-timestamp"].encode() + b"." + body
    expected = "v1=" + hmac.new(secret.encode(), text, sha256).hexdigest()
    return hmac.compare_digest(headers["mosaicfs-signature"], expected)


def is_delivered(machine: Machine, node: str) -> bool:
    done = machine.run("plugins", "test", node, "webhook", "--json")
    return done.returncode == 0 and json.loads(done.stdout).get("delivered") is True


def test_a_webhook_is_set_up_tested_and_ended_at_the_command_line(machine: Machine, hook: Receiver) -> None:
    machine.up()
    node = node_of(machine)
    refused = machine.run("plugins", "add", node, "webhook", f"url={hook.url}", "--secret", "secret")
    assert refused.returncode != 0
    assert "url" in refused.stderr, "plain http is refused when it is saved, and named"

    added = machine.ask(
        "plugins", "add", node, "webhook", f"url={hook.url}", "allow_http=true", "--secret", "secret", "--title", "Hook"
    )
    assert (added["name"], added["plugin_type"], added["warnings"]) == ("Hook", "python", [])
    assert added["settings"]["secret"] == "__REDACTED__"
    machine.until(lambda: is_delivered(machine, node), "a test message is delivered")
    assert [is_ours(each) for each in hook.heard] == [True] * len(hook.heard)
    assert not is_ours(hook.heard[0], "another")

    machine.environment["MOSAICFS_PLUGIN_SECRETS"] = json.dumps({"secret": "another"})
    machine.ask("plugins", "set", node, "webhook", "--secret", "secret")

    def is_signed_anew() -> bool:
        return is_delivered(machine, node) and is_ours(hook.heard[-1], "another")

    machine.until(is_signed_anew, "the new secret is in force without a restart")
    machine.ask("plugins", "disable", node, "webhook")
    machine.until(lambda: not is_delivered(machine, node), "it is told of nothing any more")
    assert machine.run("plugins", "rm", node, "webhook", "--yes").returncode == 0
    assert machine.run("plugins", "show", node, "webhook").returncode != 0
    database = b"".join(path.read_bytes() for path in machine.folder.rglob("*.db*") if path.is_file())
    assert database
    assert SECRET.encode() not in database
    logs = [path for path in machine.folder.rglob("*.log*") if path.is_file()]
    assert not [path for path in logs if SECRET in path.read_text(errors="replace")]
