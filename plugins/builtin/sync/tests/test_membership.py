"""What must be there before a node talks to a control plane, and what its owner is told where it is not."""

from pathlib import Path

import pytest

from mosaicfs.errors import ConfigError
from mosaicfs.identity.key_files import KeyUnsafeError
from mosaicfs_sdk.fakes.told import FakeNotices
from mosaicfs_sync import plugin
from mosaicfs_sync.membership import membership
from plugins.builtin.sync.tests.conftest import INSTANCE, NODE, Instance
from plugins.builtin.sync.tests.kernels import FakeKernel

URL = "https://nas.example:8443"


def started(**_: str) -> None:
    raise AssertionError("it must not get so far")


@pytest.fixture
def kernel(instance: Instance, tmp_path: Path) -> FakeKernel:
    (tmp_path / "instance_id").write_text(INSTANCE)
    return FakeKernel(tmp_path, URL)


async def test_who_has_joined_is_known(kernel: FakeKernel, instance: Instance) -> None:
    found = membership(kernel)
    assert (found.url, found.node_id, found.audience) == (URL, NODE, f"{INSTANCE}/control_plane")
    assert found.trusted.startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("missing", ["node.key", "ca.crt", "control_plane.pub"])
async def test_an_address_without_keys_names_the_command_to_join(kernel: FakeKernel, missing: str) -> None:
    (kernel.places.state_dir / "keys" / missing).unlink()
    with pytest.raises(ConfigError, match=rf"control_plane_url.*has not joined {URL}.*{missing}.*mosaicfs join"):
        await plugin.serve(kernel, started, FakeNotices())
    assert not (kernel.places.state_dir / "keys" / missing).exists(), "a key that nobody knows helps nobody"


async def test_a_key_that_others_can_read_is_refused(kernel: FakeKernel) -> None:
    (kernel.places.state_dir / "keys" / "node.key").chmod(0o644)
    with pytest.raises(KeyUnsafeError, match="chmod 600"):
        await plugin.serve(kernel, started, FakeNotices())


@pytest.mark.parametrize(
    "url",
    [
        "http://nas.example:8443",
        "nas.example",
        "https://",
        "https://node:secret@nas.example:8443",
        "https://nas.example:8443/api/replication/mosaicfs",
        "https://nas.example:8443?x",
        "https://nas.example:port",
    ],
)
async def test_nothing_but_a_secure_address_may_stand_there(kernel: FakeKernel, url: str) -> None:
    with pytest.raises(ConfigError, match="control_plane_url") as raised:
        membership(FakeKernel(kernel.places.state_dir, url))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    ("given", "meant"),
    [("https://nas.example/", "https://nas.example:443"), ("https://[fd00::1]:8443", "https://[fd00::1]:8443")],
)
async def test_an_address_is_completed(kernel: FakeKernel, given: str, meant: str) -> None:
    assert membership(FakeKernel(kernel.places.state_dir, given)).url == meant


async def test_without_a_control_plane_there_is_nothing_to_do(tmp_path: Path) -> None:
    await plugin.serve(FakeKernel(tmp_path, ""), started, FakeNotices())
