"""A nonce is good once, also after a restart, a kill, or a power cut."""

from pathlib import Path

import pytest

from mosaicfs_transfer.nonces import KEPT_S, MOST, Nonces
from mosaicfs_transfer.refusals import RefusalError

NOW = 1_771_240_000.0


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def opened(path: Path, clock: Clock, boot: str = "one", uptime_s: float = 86_400) -> Nonces:
    return Nonces(path / "nonces", clock, boot=boot, uptime=lambda: uptime_s)


def test_each_is_taken_once_for_each_signer(tmp_path: Path, clock: Clock) -> None:
    nonces = opened(tmp_path, clock)
    assert [nonces.take(signer, "n", NOW) for signer in ("a", "b", "a", "b")] == [True, True, False, False]
    nonces.close()


def test_a_kill_opens_no_window(tmp_path: Path, clock: Clock) -> None:
    first = opened(tmp_path, clock)
    assert first.take("a", "n", NOW)
    again = opened(tmp_path, clock)
    assert not again.take("a", "n", NOW)
    assert again.take("a", "m", NOW)
    first.close()
    again.close()


def test_a_line_that_a_kill_has_cut_costs_only_that_line(tmp_path: Path, clock: Clock) -> None:
    nonces = opened(tmp_path, clock)
    nonces.take("a", "n", NOW)
    nonces.close()
    with (tmp_path / "nonces").open("a") as file:
        file.write("a m")
    again = opened(tmp_path, clock)
    assert not again.take("a", "n", NOW)
    again.close()


@pytest.mark.parametrize(("signed_s", "taken"), [(-299.0, False), (-31.0, False), (-20.0, True), (0.0, True)])
def test_after_a_power_cut_what_was_signed_before_the_machine_started_counts_as_used(
    tmp_path: Path, clock: Clock, signed_s: float, taken: bool
) -> None:
    opened(tmp_path, clock).close()
    again = opened(tmp_path, clock, boot="two", uptime_s=30)
    assert again.take("a", "n", NOW + signed_s) is taken
    again.close()


@pytest.mark.parametrize("content", ["", "garbage", "\x00" * 50])
def test_a_file_that_cannot_be_read_is_a_power_cut(tmp_path: Path, clock: Clock, content: str) -> None:
    (tmp_path / "nonces").write_text(content)
    nonces = opened(tmp_path, clock, uptime_s=30)
    assert not nonces.take("a", "n", NOW - 100)
    nonces.close()


def test_they_are_forgotten_after_eleven_minutes_in_memory_and_in_the_file(tmp_path: Path, clock: Clock) -> None:
    nonces = opened(tmp_path, clock)
    for number in range(50):
        nonces.take("a", f"n{number}", NOW)
    clock.now += KEPT_S + 1
    assert nonces.take("b", "n", clock.now)
    assert (tmp_path / "nonces").read_text().count("\n") == 2
    nonces.close()


def test_one_signer_cannot_fill_the_memory(tmp_path: Path, clock: Clock) -> None:
    lines = (f"a n{number} {NOW + KEPT_S}\n" for number in range(MOST))
    (tmp_path / "nonces").write_text("one\n" + "".join(lines))
    nonces = opened(tmp_path, clock)
    with pytest.raises(RefusalError) as refused:
        nonces.take("a", "one more", NOW)
    assert refused.value.code == "rate_limited"
    assert nonces.take("b", "n", NOW)
    nonces.close()
