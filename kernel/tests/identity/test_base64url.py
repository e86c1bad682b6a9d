"""One text for each value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.identity.base64url import decoded, encoded


@given(st.binary(max_size=70))
def test_what_was_written_is_read(value: bytes) -> None:
    assert decoded(encoded(value)) == value
    assert "=" not in encoded(value)


@pytest.mark.parametrize("text", ["AA==", "AB", "A", "AAAAA", "A+A/", "AA A", "AA\n", "ÄÄ"])
def test_another_text_of_a_value_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever the library says
        decoded(text)
