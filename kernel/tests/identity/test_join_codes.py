"""A code is read as it was meant, however it is typed."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mosaicfs.identity.join_codes import hash_of_code, new_code, normalised

SHOWN = "7K3QD-9XW2M-4TRZV-B8HPN"
PLAIN = SHOWN.replace("-", "")


def test_a_new_code_has_the_form_that_is_shown() -> None:
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}", new_code())
    assert new_code() != new_code()
    assert normalised(new_code())


@pytest.mark.parametrize(
    "typed", [SHOWN, SHOWN.lower(), f"  {SHOWN}\n", PLAIN, "7k3qd 9xw2m–4trzv - b8hpn", "-".join(PLAIN)]
)
def test_case_dashes_and_spaces_do_not_matter(typed: str) -> None:
    assert normalised(typed) == PLAIN
    assert hash_of_code(typed) == hash_of_code(SHOWN)


@pytest.mark.parametrize("typed", ["O1IL0-o1il0-OIL01-oil01", "01110-01110-01101-01101"])
def test_letters_that_look_like_digits_are_read_as_digits(typed: str) -> None:
    assert normalised(typed) == "01110011100110101101"


@pytest.mark.parametrize(
    "typed",
    ["", PLAIN[:-1], f"{PLAIN}0", PLAIN.replace("K", "U"), f"{PLAIN[:-1]}ı", f"{PLAIN[:-1]}٣", f"{PLAIN[:-1]}_"],
)
def test_what_is_no_code_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="20 letters and digits"):
        normalised(typed)


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=20, max_size=20), st.integers(0, 19))
def test_codes_that_differ_have_other_hashes(code: str, at: int) -> None:
    other = code[:at] + ("0" if code[at] != "0" else "1") + code[at + 1 :]
    assert hash_of_code(code) != hash_of_code(other)
    assert hash_of_code(code).isalnum()
