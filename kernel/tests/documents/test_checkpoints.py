"""Where two peers agree to go on: never beyond what either of them has."""

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.documents.checkpoints import (
    HISTORY_LIMIT,
    Checkpoint,
    Session,
    checkpoint_id,
    common_seq,
    read,
    with_session,
    written,
)


def session(name: str, seq: int) -> Session:
    return Session(session_id=name, recorded_seq=f"{seq}-ab12cd34")


def checkpoint(*sessions: Session, target_only: bool = False) -> Checkpoint:
    newest = sessions[0]
    return Checkpoint(
        session_id=newest.session_id,
        source_last_seq=newest.recorded_seq,
        direction="pull",
        history=sessions,
        target_only=target_only,
    )


def test_the_same_session_goes_on_where_it_was() -> None:
    both = checkpoint(session("s1", 40))
    assert common_seq(both, both) == "40-ab12cd34"


def test_the_newest_session_that_both_know_counts() -> None:
    source = checkpoint(session("s3", 90), session("s2", 60), session("s1", 40))
    target = checkpoint(session("s4", 95), session("s2", 60), session("s1", 40))
    assert common_seq(source, target) == "60-ab12cd34"


def test_a_target_that_lost_its_tail_is_believed() -> None:
    assert common_seq(checkpoint(session("s1", 80)), checkpoint(session("s1", 30))) == "30-ab12cd34"


def test_a_source_that_lost_its_tail_is_believed() -> None:
    assert common_seq(checkpoint(session("s1", 30)), checkpoint(session("s1", 80))) == "30-ab12cd34"


def test_strangers_start_over() -> None:
    assert common_seq(checkpoint(session("s1", 80)), checkpoint(session("s2", 80))) == "0"
    assert common_seq(None, checkpoint(session("s1", 80))) == "0"
    assert common_seq(checkpoint(session("s1", 80)), None) == "0"


def test_a_source_that_keeps_no_checkpoints_is_not_missed() -> None:
    assert common_seq(None, checkpoint(session("s1", 80), target_only=True)) == "80-ab12cd34"


@given(st.binary(max_size=40))
def test_what_nobody_can_read_is_no_checkpoint(body: bytes) -> None:
    assert read(body) is None or read(body) == read(written(read(body) or checkpoint(session("s1", 1))))


def test_a_checkpoint_survives_the_store() -> None:
    before = checkpoint(session("s2", 60), session("s1", 40), target_only=True)
    assert read(written(before)) == before


@given(st.lists(st.sampled_from("abcdef"), min_size=1, max_size=90))
def test_the_history_has_one_entry_a_session_and_an_end(names: list[str]) -> None:
    kept: Checkpoint | None = None
    for number, name in enumerate(names):
        kept = checkpoint(*with_session(kept, session(name, number)))
    assert kept is not None
    assert [s.session_id for s in kept.history] == list(dict.fromkeys(reversed(names)))


def test_only_the_newest_sessions_are_kept() -> None:
    kept: Checkpoint | None = None
    for number in range(2 * HISTORY_LIMIT):
        kept = checkpoint(*with_session(kept, session(f"s{number}", number)))
    assert kept is not None
    assert len(kept.history) == HISTORY_LIMIT
    assert kept.history[0].session_id == f"s{2 * HISTORY_LIMIT - 1}"


def test_the_id_tells_directions_and_callers_apart() -> None:
    ids = {checkpoint_id("a", "b", ""), checkpoint_id("b", "a", ""), checkpoint_id("a", "b", "node:n")}
    assert len(ids) == 3
    assert all(len(i) == 32 for i in ids)
