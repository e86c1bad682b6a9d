"""Words looked up in postings stand where a look at every name finds them, whatever their bytes share."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from mosaicfs.documents.names import columns, postings
from mosaicfs.documents.names.folding import fold, is_word_character

ALPHABET = "aab1_ -.éß日𝛼\u0301"


def found(names: Sequence[str], word: str) -> tuple[set[int], set[int], set[int]]:
    folded = columns.folded(names)
    begun = postings.Postings(folded.text, folded.bounds).begun(word.encode())
    assert len(begun.starts) == len(set(begun.starts.tolist()))
    return set(begun.inside.tolist()), set(begun.words.tolist()), set(begun.starts.tolist())


def expected(names: Sequence[str], word: str) -> tuple[set[int], set[int], set[int]]:
    inside, words, starts = set[int](), set[int](), set[int]()
    for line, name in enumerate(names):
        for at in (at for at in range(len(name)) if name.startswith(word, at)):
            fresh = at and is_word_character(word[0]) and not is_word_character(name[at - 1])
            (words if fresh else inside if at else starts).add(line)
    return inside, words, starts


@pytest.mark.parametrize(("classes", "few"), [(3, 0), (5, 100), (5, 4_000), (40, 0)])
@pytest.mark.parametrize("seed", range(6))
def test_a_word_is_found_wherever_it_stands(seed: int, classes: int, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postings, "CLASSES", classes)
    monkeypatch.setattr(postings, "_FEW", few)
    random = Random(seed)
    alphabet = ALPHABET if seed % 2 else "".join(filter(str.isascii, ALPHABET))
    names = [fold("".join(random.choices(alphabet, k=random.randrange(9)))) for _ in range(60)]
    for length in (1, 1, 2, 2, 3, 3, 4, 6) * 8:
        word = fold("".join(random.choices(alphabet, k=length)))
        assert found(names, word) == expected(names, word), (names, word)
    for name in filter(None, names):
        assert found(names, name[-4:]) == expected(names, name[-4:]), (names, name)


def test_names_longer_than_a_byte_can_count_are_found_to_their_ends() -> None:
    names = ["a" * 300 + "xyz.pdf", "xyz", "b" * 254 + "x-xyz"]
    for word in ("xyz", "xyz.pdf", "aaaaxyz", "f", "yz.", "-xyz", "bx"):
        assert found(names, word) == expected(names, word)


def test_as_many_lines_as_a_segment_holds_have_numbers_of_two_bytes() -> None:
    names = columns.folded([f"{number:05}" for number in range(65_536)])
    begun = postings.Postings(names.text, names.bounds).begun(b"65535")
    assert begun.starts.tolist() == [65_535]
    assert begun.starts.dtype.itemsize == 2
