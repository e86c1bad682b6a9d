"""What names can and cannot do to the output."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs_cli.output import print_aligned, print_table, printable


@given(st.text())
def test_no_text_can_change_the_terminal_or_break_a_line(text: str) -> None:
    assert printable(text).isprintable()


@given(st.text().filter(str.isprintable))
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert printable(text) == text


def test_a_table_that_nobody_looks_at_is_tab_separated(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("name", "place"), [("a", "/x"), ("b\tc", "/y\n")])
    assert capsys.readouterr().out == "name\tplace\na\t/x\nb\\x09c\t/y\\x0a\n"


def test_a_table_for_people_is_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    print_aligned([("name", "place"), ("a", ""), ("long one", "/y")])
    assert capsys.readouterr().out == "name      place\na\nlong one  /y\n"
