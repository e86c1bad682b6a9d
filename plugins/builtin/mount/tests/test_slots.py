"""The table of known files does what a plain dictionary would, in a tenth of the room."""

from __future__ import annotations

import tracemalloc
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from mosaicfs_mount.slots import Kind, Row, Slots

NAMES = st.sampled_from([b"a", b"b", b"cc"]) | st.binary(min_size=1, max_size=255)
INODES = st.integers(1, 2**64 - 1) | st.sampled_from([1, 2])
SIZES = st.integers(0, 2**64 - 1)
TIMES = st.integers(-(2**63), 2**63 - 1)


@dataclass
class Model:
    """A slot as one would keep it with all the room of the world."""

    name: bytes
    inode: int
    size: int
    mtime_ns: int
    lookups: int


class Tables(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.slots = Slots()
        self.model: dict[int, Model] = {}

    def named(self, name: bytes) -> int | None:
        return next((slot for slot, each in self.model.items() if each.name == name), None)

    @rule(name=NAMES, inode=INODES, size=SIZES, mtime_ns=TIMES)
    def tell(self, name: bytes, inode: int, size: int, mtime_ns: int) -> None:
        before = self.named(name)
        slot = self.slots.tell(name, inode, size, mtime_ns, Kind.SURE)
        if before is not None and self.model[before].inode == inode:
            assert slot == before
            self.model[slot] = Model(name, inode, size, mtime_ns, self.model[slot].lookups + 1)
            return
        assert slot not in self.model, "nobody has it who was told of it"
        if before is not None:
            self.model[before].name = b""
        self.model[slot] = Model(name, inode, size, mtime_ns, 1)

    @rule(names=st.lists(NAMES, max_size=4, unique=True), inode=INODES, size=SIZES, mtime_ns=TIMES)
    def tell_new(self, names: list[bytes], inode: int, size: int, mtime_ns: int) -> None:
        if not self.slots.are_new(names):
            return
        assert all(self.named(name) is None for name in names)
        count = len(names)
        first = self.slots.tell_new(names, [inode] * count, [size] * count, [mtime_ns] * count, Kind.SURE)
        for slot, name in enumerate(names, first):
            assert slot not in self.model
            self.model[slot] = Model(name, inode, size, mtime_ns, 1)

    @rule(data=st.data(), lookups=st.integers(1, 3))
    def forget(self, data: st.DataObject, lookups: int) -> None:
        if not self.model:
            return
        slot = data.draw(st.sampled_from(sorted(self.model)))
        each = self.model[slot]
        each.lookups -= lookups
        assert self.slots.forget(slot, lookups) == (each.lookups <= 0)
        if each.lookups <= 0:
            del self.model[slot]

    @rule(name=NAMES)
    def untell(self, name: bytes) -> None:
        self.slots.untell(name)
        if (slot := self.named(name)) is not None:
            self.model[slot].name = b""

    @rule(data=st.data(), size=SIZES, mtime_ns=TIMES)
    def renew(self, data: st.DataObject, size: int, mtime_ns: int) -> None:
        if not self.model:
            return
        slot = data.draw(st.sampled_from(sorted(self.model)))
        each = self.model[slot]
        is_another = (each.size, each.mtime_ns) != (size, mtime_ns)
        assert self.slots.renew(slot, size, mtime_ns, Kind.SURE) == is_another
        each.size, each.mtime_ns = size, mtime_ns

    @rule()
    def rest(self) -> None:
        self.slots.rest()

    @invariant()
    def same(self) -> None:
        assert len(self.slots) == len(self.model)
        for slot, each in self.model.items():
            assert self.slots.row(slot) == Row(each.name, each.inode, each.size, each.mtime_ns, is_sure=True)
            assert self.slots.lookups(slot) == each.lookups
        named = {(each.name, slot, each.inode) for slot, each in self.model.items() if each.name}
        assert set(self.slots.named()) == named
        assert all(self.slots.find(name) == slot for name, slot, _ in named)
        assert self.slots.row(max(self.model, default=0) + 1_000) is None


TestTables = Tables.TestCase


@given(st.lists(NAMES, unique=True, max_size=50))
def test_all_that_is_forgotten_leaves_nothing(names: list[bytes]) -> None:
    slots = Slots()
    told = [slots.tell(name, number, 0, 0, Kind.UNSURE) for number, name in enumerate(names)]
    assert told == list(range(len(names)))
    assert all(slots.forget(slot, 1) for slot in told)
    assert len(slots) == 0
    assert [slots.row(slot) for slot in told] == [None] * len(names)


def test_a_file_of_many_takes_less_than_a_hundred_bytes() -> None:
    names = [f"IMG_{number:06}_a.jpg".encode() for number in range(20_000)]
    tracemalloc.start()
    tables = [Slots() for _ in range(1_000)]
    for number, name in enumerate(names):
        tables[number % 1_000].tell(name, number, 1_000, 10**18, Kind.SURE)
    for each in tables:
        each.rest()
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / len(names) < 100
