"""How often somebody may ask, by a clock that is turned by hand."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_control.auth import limits as limits_module
from mosaicfs_control.auth.limits import BY_SOURCE, LOCAL, Limits, source_of
from mosaicfs_control.rest.refusals import ApiError
from plugins.builtin.control.tests.auth.world import ADDRESS, START, Clock


def is_let_in(limits: Limits, kind: limits_module.Kind, key: str = ADDRESS) -> bool:
    try:
        limits.check(kind, key)
    except ApiError:
        return False
    return True


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1%eth0", "2001:db8:1:2::/64"),
        ("::ffff:192.168.1.20", "192.168.1.20"),
        ("::1", "::/64"),
        ("not an address", "not an address"),
    ],
)
def test_an_address_counts_for_its_network(address: str, source: str) -> None:
    assert source_of(address) == source


def test_a_refused_attempt_says_how_long_to_wait_and_makes_it_no_longer() -> None:
    clock = Clock()
    limits = Limits(clock)
    for second in range(5):
        clock.now = START + second * 10
        limits.check("login", ADDRESS)
    clock.now = START + 45
    for _ in range(100):
        with pytest.raises(ApiError) as caught:
            limits.check("login", ADDRESS)
        assert caught.value.headers == {"retry-after": "15"}
    clock.now = START + 60
    assert is_let_in(limits, "login")
    assert not is_let_in(limits, "login")


@given(st.lists(st.floats(0, 30), max_size=60))
def test_no_minute_ever_holds_more_than_five_logins(waits: list[float]) -> None:
    clock = Clock()
    limits = Limits(clock)
    let_in: list[float] = []
    for wait in waits:
        clock.now += wait
        if is_let_in(limits, "login"):
            let_in.append(clock.now)
        assert len([at for at in let_in if at > clock.now - 60]) <= 5
        assert let_in, "who was never let in has tried nothing"


def test_the_owners_socket_has_no_source() -> None:
    limits = Limits(Clock())
    for kind in BY_SOURCE:
        assert all(is_let_in(limits, kind, LOCAL) for _ in range(200))  # type: ignore[arg-type]  # keys of a mapping


@pytest.mark.parametrize(("kind", "burst", "rate"), [("all", 200, 100), ("search", 20, 20), ("query", 5, 5)])
def test_a_reserve_is_used_up_and_comes_back(kind: limits_module.Kind, burst: int, rate: int) -> None:
    clock = Clock()
    limits = Limits(clock)
    assert sum(is_let_in(limits, kind) for _ in range(burst + 50)) == burst
    assert is_let_in(limits, kind, "somebody else")
    clock.now += 1
    assert sum(is_let_in(limits, kind) for _ in range(burst + 50)) == rate
    clock.now += 3600
    assert sum(is_let_in(limits, kind) for _ in range(burst + 50)) == burst


@pytest.mark.parametrize(("kind", "most"), [("streams", 10), ("downloads", 32), ("transfers", 16)])
def test_so_many_answers_are_open_at_once(kind: limits_module.PlaceKind, most: int) -> None:
    limits = Limits(Clock())
    with ExitStack() as opened:
        for _ in range(most):
            opened.enter_context(limits.place(kind, "k"))
        with pytest.raises(ApiError), limits.place(kind, "k"):
            pass
        with limits.place(kind, "other"):
            pass
    with limits.place(kind, "k"):
        pass


def test_memory_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was quiet longest is forgotten; who keeps trying is not."""
    monkeypatch.setattr(limits_module, "MOST_KEYS", 100)
    limits = Limits(Clock())
    for number in range(1_000):
        if number % 50 == 0:
            is_let_in(limits, "login", "10.0.0.1")
        limits.check("login", f"192.168.{number // 256}.{number % 256}")
    assert not is_let_in(limits, "login", "10.0.0.1")
    assert len(limits._windows["login"]._times) <= 100


def test_a_clock_that_is_put_back_lets_nobody_wait_for_ever() -> None:
    clock = Clock()
    limits = Limits(clock)
    kinds: list[limits_module.Kind] = ["all", "login"]
    for kind in kinds:
        while is_let_in(limits, kind):
            pass
    clock.now -= 86_400
    assert is_let_in(limits, "all")
    assert is_let_in(limits, "login")
