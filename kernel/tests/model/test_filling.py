"""What has room in the budgets of pins, in which order it is to come, and what is blocked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.model.filling import PinnedFile, PinWish, filling_of, share_of

FILES = st.lists(
    st.builds(PinnedFile, st.sampled_from([f"file::{n}" for n in range(12)]), st.integers(0, 50), st.booleans()),
    max_size=12,
    unique_by=lambda file: file.file_id,
)


@st.composite
def wishes(draw: st.DrawFn) -> list[PinWish]:
    """Pins over one set of files: a file has one size, whichever pin it is in."""
    files = draw(FILES)
    some = st.lists(st.sampled_from(files), unique=True) if files else st.just([])
    pins = draw(st.lists(st.tuples(st.integers(-2, 2), st.integers(0, 200), some), max_size=4))
    return [PinWish(f"pin-{n}", priority, budget, tuple(mine)) for n, (priority, budget, mine) in enumerate(pins)]


@given(files=FILES, budget=st.integers(0, 300))
def test_a_share_fills_the_budget_with_the_smallest_and_no_more(files: list[PinnedFile], budget: int) -> None:
    share = share_of("pin", budget, files)
    assert sorted((*share.taken, *share.blocked)) == sorted(files)
    room = budget - sum(file.size for file in share.taken if not file.is_own)
    assert room >= 0
    assert all(file.size > room and not file.is_own for file in share.blocked)
    others = [file.size for file in share.taken if not file.is_own]
    assert not share.blocked or not others or max(others) <= share.blocked[0].size


@given(wishes())
def test_a_file_is_wanted_blocked_or_lies_here_and_never_two_of_these(pins: list[PinWish]) -> None:
    filling = filling_of(pins)
    wanted = {file.file_id for file in filling.wanted}
    asked = {file.file_id for pin in pins for file in pin.files}
    assert len(wanted) == len(filling.wanted)
    assert wanted | filling.own | filling.blocked == asked
    assert not wanted & filling.own
    assert not (wanted | filling.own) & filling.blocked


@given(wishes())
def test_what_is_more_urgent_comes_first_and_then_what_is_smaller(pins: list[PinWish]) -> None:
    filling = filling_of(pins)
    urgency = {
        file: max(pin.priority for pin, share in zip(pins, filling.shares, strict=True) if file in share.taken)
        for file in filling.wanted
    }
    order = [(-urgency[file], file.size) for file in filling.wanted]
    assert order == sorted(order)


@given(wishes())
def test_the_order_in_which_pins_and_files_are_named_changes_nothing(pins: list[PinWish]) -> None:
    turned = [pin._replace(files=tuple(reversed(pin.files))) for pin in reversed(pins)]
    one, other = filling_of(pins), filling_of(turned)
    assert (one.wanted, one.own, one.blocked) == (other.wanted, other.own, other.blocked)


def test_a_file_that_has_no_room_in_one_pin_is_kept_by_another() -> None:
    film, note = PinnedFile("film", 100), PinnedFile("note", 1)
    filling = filling_of([PinWish("small", 0, 10, (film, note)), PinWish("large", 0, 100, (film,))])
    assert [file.file_id for file in filling.wanted] == ["note", "film"]
    assert filling.blocked == frozenset()
    assert [file.file_id for file in filling.shares[0].blocked] == ["film"]
