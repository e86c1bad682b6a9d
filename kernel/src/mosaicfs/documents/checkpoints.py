"""Where a replication goes on after a break: the checkpoint that both peers keep, and what the two have in common.

Values only. When a checkpoint is written, and over which rows it may move, is decided in `replication`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import islice

import msgspec

from mosaicfs.model.replication import Counters, Direction, PeerInfo

HISTORY_LIMIT = 50
FROM_THE_BEGINNING = "0"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """How far one run came."""

    session_id: str
    recorded_seq: str
    start_time: str = ""
    end_time: str = ""
    docs_read: int = 0
    docs_written: int = 0
    doc_write_failures: int = 0
    missing_checked: int = 0
    missing_found: int = 0


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """What the target had up to `target_seq`, the source had too when this was recorded there."""

    session_id: str
    recorded_seq: str
    target_seq: str


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`history` is newest first. `set_aside` are documents the target would not take yet, with their revisions.

    `target_only` says that the source refused to keep a checkpoint, so that the target's alone counts.
    `passed`, newest first, and `forget_others_at`, a time, are what `reconciling` has to know after a restart.
    """

    session_id: str
    source_last_seq: str
    direction: Direction
    history: tuple[Session, ...] = ()
    source_epoch: str = ""
    set_aside: Mapping[str, tuple[str, ...]] = {}
    target_only: bool = False
    passed: tuple[Passed, ...] = ()
    forget_others_at: str = ""
    replication_id_version: int = 0


_DECODER = msgspec.json.Decoder(Checkpoint)


def checkpoint_id(source: str, target: str, caller: str) -> str:
    """The same for the same three, on every machine; `_local/` is left to the wire."""
    facts = msgspec.json.encode(["mosaicfs-replication", 1, source, target, caller])
    return sha256(facts).hexdigest()[:32]


def read(body: bytes | None) -> Checkpoint | None:
    """None also for what nobody can read: to start over is safe, to skip rows is not."""
    if body is None:
        return None
    try:
        return _DECODER.decode(body)
    except msgspec.DecodeError:
        return None


def pulled_up_to(bodies: Iterable[bytes]) -> str:
    """Where the pull that ran last stands, of all checkpoints that one peer has left at the source.

    One that began anew with an empty database has another checkpoint, and may be far behind its old one.
    """
    found = [each for each in map(read, bodies) if each is not None and each.direction == "pull"]
    last = max(found, key=lambda each: each.history[0].end_time if each.history else "", default=None)
    return FROM_THE_BEGINNING if last is None else last.source_last_seq


def written(checkpoint: Checkpoint) -> bytes:
    return msgspec.json.encode(checkpoint, order="sorted")


def common_seq(source: Checkpoint | None, target: Checkpoint | None) -> str:
    """The sequence up to which both peers agree that everything has arrived."""
    if target is None:
        return FROM_THE_BEGINNING
    if source is None:
        return target.source_last_seq if target.target_only else FROM_THE_BEGINNING
    if source.session_id == target.session_id:
        return earlier(source.source_last_seq, target.source_last_seq)
    theirs = {session.session_id: session.recorded_seq for session in source.history}
    for session in target.history:
        if session.session_id in theirs:
            return earlier(theirs[session.session_id], session.recorded_seq)
    return FROM_THE_BEGINNING


def start_of(source: Checkpoint | None, target: Checkpoint | None, peer: PeerInfo, direction: Direction) -> str:
    """Where to begin. `peer` is the source; of another epoch, or of what it has dropped since, nothing is known."""
    start = common_seq(source, target)
    has_another_past = target is not None and bool(peer.epoch) and peer.epoch != target.source_epoch
    has_dropped = direction == "pull" and number(peer.purge_seq) > number(start)
    return FROM_THE_BEGINNING if has_another_past or has_dropped else start


def earlier(one: str, other: str) -> str:
    """A peer that lost the end of its store has the older of two checkpoints, and the older is the safe one."""
    return min(one, other, key=number)


def number(seq: str) -> int:
    """What a sequence counts. Opaque as it is, every peer begins it with a number; 0 where one does not."""
    head = seq.partition("-")[0]
    return int(head) if head.isascii() and head.isdigit() else 0


def session_of(session_id: str, seq: str, began: str, ended: str, counters: Counters) -> Session:
    return Session(
        session_id=session_id,
        recorded_seq=seq,
        start_time=began,
        end_time=ended,
        docs_read=counters.docs_read,
        docs_written=counters.docs_written,
        doc_write_failures=counters.doc_write_failures,
        missing_checked=counters.missing_checked,
        missing_found=counters.missing_found,
    )


def with_session(before: Checkpoint | None, session: Session) -> tuple[Session, ...]:
    """The history of the next checkpoint, newest first: one entry a session."""
    earlier_ones = (s for s in (before.history if before else ()) if s.session_id != session.session_id)
    return (session, *islice(earlier_ones, HISTORY_LIMIT - 1))
