"""What the command line takes for a filter, the API takes too, and the other way round."""

from __future__ import annotations

from datetime import datetime

from hypothesis import example, given
from hypothesis import strategies as st

from mosaicfs_cli.filters import FILTERS
from mosaicfs_control.rest.asking import as_shape
from mosaicfs_control.rest.filters import Narrowing, search_of
from mosaicfs_control.rest.refusals import ApiError

NOW = 1_768_487_400.0
_VALUES = {each.parameter: each.values for each in FILTERS}

amounts = st.from_regex(r"[0-9]{0,16}(\.[0-9]{0,4})?[kKmMGTPx]?[Bb]?", fullmatch=True)
times = (
    st.from_regex(r"[0-9]{0,7}[hdwmyx]", fullmatch=True)
    | st.from_regex(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|\+[0-9]{2}:[0-9]{2})?)?"
    )
    | st.datetimes(min_value=datetime(1970, 1, 1)).map(lambda moment: f"{moment.isoformat()}Z")
    | st.text(max_size=12)
)


def api_takes(parameter: str, text: str) -> bool:
    try:
        search_of(as_shape({parameter: text}, Narrowing), (), NOW)
    except ApiError:
        return False
    return True


@given(amounts | st.text(max_size=6))
@example("1.5G")
@example("10kb")
@example("1_000")
@example("٣K")
def test_amounts(text: str) -> None:
    for parameter in ("size_min", "size_max"):
        assert bool(_VALUES[parameter].fit(text)) == api_takes(parameter, text)


@given(times)
@example("2026-01-15")
@example("2026-01-15T14:30:00Z")
@example("2026-01-15 14:30:00+01:00")
@example("2026-01-15\n")
@example("٣d")
def test_times(text: str) -> None:
    for parameter in ("mtime_after", "mtime_before"):
        assert bool(_VALUES[parameter].fit(text)) == api_takes(parameter, text)
