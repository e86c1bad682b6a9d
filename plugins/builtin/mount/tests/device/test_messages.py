"""The layout is the kernel's: sizes and places as `linux/fuse.h` has them, read back by structs written down here."""

from __future__ import annotations

import struct

from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_mount.attributes import Attributes
from mosaicfs_mount.device import messages
from mosaicfs_mount.device.messages import Can, Opcode, OpenAs, Statfs

HEADER = 16
whole = st.integers(0, 2**63 - 1)
times = st.integers(-(10**9) * 10**9, 10**9 * 10**10)
attributes = st.builds(
    Attributes,
    inode=whole, mode=st.sampled_from([0o100444, 0o040555]), uid=st.integers(0, 2**32 - 1),
    gid=st.integers(0, 2**32 - 1), size=whole, blocks=whole, block_size=st.sampled_from([4096, 1 << 20]),
    atime_ns=times, mtime_ns=times, ctime_ns=times,
)  # fmt: skip
names = st.binary(min_size=1, max_size=255).filter(lambda name: not {0, 47} & set(name))
_asked = struct.Struct("=IIQQIIIHH")
_attributes = struct.Struct("=QQQqqqIIIIIIIIII")


def asked(opcode: int, body: bytes, *, unique: int = 7, number: int = 1, pid: int = 42) -> memoryview:
    return memoryview(_asked.pack(40 + len(body), opcode, unique, number, 1000, 1000, pid, 0, 0) + body)


def shown(packed: bytes) -> Attributes:
    found = _attributes.unpack(packed)
    ino, size, blocks, atime, mtime, ctime, atime_ns, mtime_ns, ctime_ns, mode, _, uid, gid, _, block_size, _ = found
    full = [second * 10**9 + part for second, part in ((atime, atime_ns), (mtime, mtime_ns), (ctime, ctime_ns))]
    return Attributes(ino, mode, uid, gid, size, blocks, block_size, *full)


@given(attributes, whole, st.floats(0, 3_600))
def test_a_name_says_what_it_means_and_for_how_long(told: Attributes, number: int, seconds: float) -> None:
    packed = messages.entry(number, told, seconds, 5.5)
    node, generation, valid, attr_valid, valid_ns, attr_valid_ns = struct.unpack_from("=QQQQII", packed)
    assert (node, generation, attr_valid, attr_valid_ns) == (number, 0, 5, 500_000_000)
    assert abs(valid + valid_ns / 1e9 - seconds) < 1e-6
    assert shown(packed[40:]) == told
    assert len(packed) == 128


@given(attributes)
def test_attributes_alone_are_read_back(told: Attributes) -> None:
    packed = messages.attributes(told, 60)
    assert struct.unpack_from("=QII", packed) == (60, 0, 0)
    assert shown(packed[16:]) == told


@given(st.lists(st.tuples(whole, names), max_size=20))
def test_forgotten_nodes_come_in_one_and_in_many(forgotten: list[tuple[int, bytes]]) -> None:
    counted = [(number, len(name)) for number, name in forgotten]
    body = struct.pack("=II", len(counted), 0) + b"".join(struct.pack("=QQ", *each) for each in counted)
    assert list(messages.forgotten_in(messages.request_in(asked(Opcode.BATCH_FORGET, body)))) == counted
    one = messages.request_in(asked(Opcode.FORGET, struct.pack("=Q", 3), number=99))
    assert list(messages.forgotten_in(one)) == [(99, 3)]


def test_a_request_says_who_asks_and_of_what() -> None:
    request = messages.request_in(asked(Opcode.LOOKUP, b"a name\0", number=5, pid=77))
    assert (request.opcode, request.unique, request.number, request.uid, request.pid) == (1, 7, 5, 1000, 77)
    assert messages.name_in(request.body) == b"a name"
    body = struct.pack("=QQIIQII", 3, 1 << 40, 131_072, 0, 0, 0, 0)
    assert messages.read_in(memoryview(body)) == (3, 1 << 40, 131_072)
    assert messages.xattr_in(memoryview(struct.pack("=II", 64, 0) + b"user.x\0")) == (b"user.x", 64)
    assert messages.xattr_in(memoryview(struct.pack("=II", 0, 0))) == (b"", 0)


def test_kernels_of_several_ages_are_greeted() -> None:
    old = messages.greeting_in(memoryview(struct.pack("=IIII", 7, 31, 131_072, int(Can.DO_READDIRPLUS))))
    assert old is not None
    assert old.can == Can.DO_READDIRPLUS
    flags = int(Can.INIT_EXT | Can.MAX_PAGES)
    new = messages.greeting_in(memoryview(struct.pack("=IIIII44x", 7, 45, 131_072, flags, 1 << 5)))
    assert new is not None
    assert new.can == Can.INIT_EXT | Can.MAX_PAGES | Can.PASSTHROUGH
    said = messages.greeting(new, new.can, 1_024, stacked=True)
    assert len(said) == 64
    assert struct.unpack("=IIIIHHIIHHII24x", said) == (
        7, messages.OUR_MINOR, 131_072, flags, 1_024, 768, 4_096, 1, 256, 0, 1 << 5, 1
    )  # fmt: skip
    assert messages.greeting_in(memoryview(struct.pack("=IIII", 8, 0, 0, 0))) is None


def test_answers_have_the_length_that_they_say() -> None:
    for message, length in (
        (messages.answer(9, messages.opened(3, OpenAs.KEEP_CACHE)), 16),
        (messages.answer(9, messages.statfs(Statfs(10, 5, 3, 4_096))), 80),
        (messages.answer(9, messages.no_entry(5.0)), 128),
        (messages.refusal(9, 2), 0),
    ):
        assert struct.unpack_from("=I", message)[0] == len(message) == HEADER + length
    assert struct.unpack_from("=IiQ", messages.refusal(9, 2)) == (16, -2, 9)


def test_words_unasked_name_what_is_stale() -> None:
    name = messages.stale_entry(5, b"report.txt")
    assert struct.unpack_from("=IiQQII", name) == (len(name), 3, 0, 5, 10, 0)
    assert name[32:] == b"report.txt\0"
    assert struct.unpack("=IiQQqq", messages.stale_inode(8, data=True)) == (40, 2, 0, 8, 0, 0)
    assert struct.unpack("=IiQQqq", messages.stale_inode(8, data=False)) == (40, 2, 0, 8, -1, 0)
