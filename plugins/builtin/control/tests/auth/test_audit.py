"""The audit log: what is in a line, what is folded, what is put aside, and what never gets in."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
import trio
import trio.testing

from mosaicfs_control.auth import audit as audit_module
from mosaicfs_control.auth.audit import Audit
from plugins.builtin.control.tests.auth.world import ADDRESS, START, Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def audit(tmp_path: Path, clock: Clock) -> Audit:
    return Audit(tmp_path / "audit.log", clock)


def lines(audit: Audit) -> list[dict[str, object]]:
    return [json.loads(line) for line in audit.path.read_text(encoding="ascii").splitlines()]


async def test_a_line_has_the_fields_of_the_page_and_its_file_one_reader(audit: Audit) -> None:
    audit.note("node_joined", principal="owner", source=ADDRESS, target="node-a", request_id="r1", detail={"n": 1})
    await audit.flush()
    assert lines(audit) == [
        {
            "time": "2026-02-16T09:22:00Z",
            "event": "node_joined",
            "principal": "owner",
            "source": ADDRESS,
            "target": "node-a",
            "result": "ok",
            "request_id": "r1",
            "detail": {"n": 1},
        }
    ]
    assert stat.S_IMODE(audit.path.stat().st_mode) == 0o600


async def test_a_refusal_is_one_line_at_once_and_one_a_minute_with_its_count(audit: Audit, clock: Clock) -> None:
    for second in range(100):
        clock.now = START + second
        audit.note("login_failed", source=ADDRESS, result="unauthorized")
        audit.note("login_failed", source="192.168.1.21", result="unauthorized")
        audit.note("login_ok", source=ADDRESS)
    clock.now = START + 300
    audit.unfold(clock.now)
    await audit.flush()
    refused = [one["detail"] for one in lines(audit) if one["event"] == "login_failed" and one["source"] == ADDRESS]
    assert refused == [{}, {"count": 59}, {}, {"count": 39}]
    assert sum(one["event"] == "login_ok" for one in lines(audit)) == 100


async def test_counts_are_not_lost_when_the_server_stops(audit: Audit) -> None:
    async with trio.open_nursery() as nursery:
        nursery.start_soon(audit.run)
        for _ in range(5):
            audit.note("login_failed", source=ADDRESS, result="unauthorized")
        await trio.testing.wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert [one["detail"] for one in lines(audit)] == [{}, {"count": 4}]


@pytest.mark.parametrize(
    "hostile", ['a\nb","event":"login_ok', "a\r\x1b[31m", "a\u202eb", "a\u2028b", "a\x7f\x9b", "\ud800", "“ü”", "a\0b"]
)
async def test_25_no_name_forges_a_line_or_turns_a_terminal(audit: Audit, hostile: str) -> None:
    audit.note("login_failed", principal=hostile, source=hostile, target=hostile, detail={hostile: hostile})
    await audit.flush()
    written = audit.path.read_bytes()
    assert written.count(b"\n") == 1
    assert all(0x20 <= byte < 0x7F for byte in written[:-1])
    assert lines(audit)[0]["event"] == "login_failed"


async def test_34_secrets_do_not_get_in(audit: Audit) -> None:
    secret = "mosaicfs_" + "A" * 43
    audit.note(
        "login_failed", principal=secret, target=f"GET /x?token={secret}", detail={"secret_key": "x", "n": secret}
    )
    await audit.flush()
    assert secret not in audit.path.read_text()
    assert lines(audit)[0]["detail"] == {"secret_key": "[redacted]", "n": "[redacted]"}


async def test_a_long_name_is_cut(audit: Audit) -> None:
    audit.note("login_failed", principal="x" * 100_000)
    await audit.flush()
    assert audit.path.stat().st_size < 2_000


async def test_ten_files_of_a_size_are_kept(audit: Audit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_module, "MAX_BYTES", 1_000)
    for number in range(200):
        audit.note("settings_changed", target=f"{number}")
        await audit.flush()
    files = sorted(audit.path.parent.glob("audit.log*"))
    assert len(files) == 10
    assert all(path.stat().st_size <= 1_000 for path in files)
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    found = [int(str(one["target"])) for one in await audit.read(limit=1_000)]
    assert found == sorted(found, reverse=True)
    assert found[0] == 199
    assert len(found) == found[0] - found[-1] + 1


async def test_it_is_read_newest_first_by_time_event_and_principal(audit: Audit, clock: Clock) -> None:
    for number in range(4):
        clock.now = START + number
        audit.note("login_ok" if number % 2 else "logout", principal=f"k{number}")
    assert [one["principal"] for one in await audit.read(limit=2)] == ["k3", "k2"]
    assert [one["principal"] for one in await audit.read(since="2026-02-16T09:22:02Z")] == ["k3", "k2"]
    assert [one["principal"] for one in await audit.read(event="login_ok")] == ["k3", "k1"]
    assert [one["event"] for one in await audit.read(principal="k0")] == ["logout"]


async def test_the_half_line_of_a_power_cut_is_passed_over(audit: Audit) -> None:
    audit.note("login_ok", principal="before")
    await audit.flush()
    with audit.path.open("a") as file:
        file.write('{"time":"2026-02-16T09:2\n')
    audit.note("login_ok", principal="after")
    assert [one["principal"] for one in await audit.read()] == ["after", "before"]


async def test_a_flood_is_counted_when_it_is_more_than_memory_holds(
    audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "MOST_WAITING", 3)
    for number in range(5):
        audit.note("login_ok", principal=f"k{number}")
    await audit.flush()
    assert [(one["event"], one["detail"]) for one in lines(audit)][2:] == [
        ("login_ok", {}),
        ("audit_lost", {"n": 2}),
    ]
