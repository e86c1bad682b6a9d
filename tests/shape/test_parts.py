"""`make test` takes the tests in parts, and imports for a part only files in which its marks are named.

So a mark stands where the `conftest.py` of the root looks for it: in the file of the test, or in a `conftest.py` above.
"""

from __future__ import annotations

import re

from tests.shape.workspace import ROOT, our_files

MARK = re.compile(r"\bmark\.(alone|patient|journey)\b")


def test_marks_of_the_parts_are_set_by_tests_alone() -> None:
    elsewhere = [
        str(path.relative_to(ROOT))
        for path in our_files("*.py")
        if not (path.name.startswith("test_") or path.name == "conftest.py")
        if MARK.search(path.read_text(encoding="utf-8"))
    ]
    assert not elsewhere, f"what is marked here is found by no part of `make test`: {elsewhere}"
