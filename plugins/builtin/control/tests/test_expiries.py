"""What the owner hears of keys that nobody uses and of certificates that nobody renewed."""

from __future__ import annotations

import pytest
from msgspec import structs

from mosaicfs import Conditions, revise
from mosaicfs.model.credential import Credential, Permissions
from mosaicfs.model.ids import CONTROL_PLANE, credential_id
from mosaicfs.model.role import CONTROL
from mosaicfs.model.times import instant, now_text
from mosaicfs_control.expiries import Expiries
from mosaicfs_control.node_certificates import NodeCertificates
from mosaicfs_sdk.fakes.store import MemoryStore

KEY = "MOSAICFS_7F3A9B2C1D4E5F6A"
DAY_S = 86_400


class Clock:
    now = instant("2040-01-02T09:20:00Z") / 1e6

    def __call__(self) -> float:
        return self.now


async def put(store: MemoryStore, **members: object) -> None:
    def decide(before: Credential | None) -> Credential:
        known = before or Credential(
            access_key_id=KEY,
            secret_key_hash="argon2id:x",
            sealed_signing_key="sealed1:x",
            permissions=Permissions(scope="full"),
            name="Scripts",
            enabled=True,
            created_at=now_text(Clock()),
        )
        return structs.replace(known, **members)

    await revise(store, credential_id(KEY), CONTROL, Credential, decide)


async def test_a_key_that_nobody_uses_is_named_until_it_is_used_or_disabled() -> None:
    clock, store = Clock(), MemoryStore()
    notices = Conditions(CONTROL_PLANE, clock=clock).of(CONTROL_PLANE)
    expiries = Expiries(store, NodeCertificates(store, clock), notices, clock=clock)
    await put(store)
    for days, change, expected in (
        (89, {}, False),
        (2, {}, True),
        (0, {"last_seen": "used"}, False),
        (91, {}, True),
        (0, {"enabled": False}, False),
    ):
        clock.now += days * DAY_S
        await put(store, **{name: now_text(clock) if value == "used" else value for name, value in change.items()})
        await expiries.check()
        assert notices.holds(f"credential_inactive:{KEY}") is expected


@pytest.mark.parametrize(("left", "holds"), [(None, False), (21.1, False), (21.0, True), (-1.0, True)])
async def test_the_servers_own_certificate_is_told_of_in_time(left: float | None, holds: bool) -> None:
    clock, store = Clock(), MemoryStore()
    notices = Conditions(CONTROL_PLANE, clock=clock).of(CONTROL_PLANE)
    await Expiries(store, NodeCertificates(store, clock), notices, lambda: left, clock).check()
    assert notices.holds(f"certificate_expiring:{CONTROL_PLANE}") is holds
