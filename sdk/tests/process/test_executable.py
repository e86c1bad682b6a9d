"""The helper for programs: one envelope in, one object out."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from mosaicfs_sdk.process import Failed, Handler, run_executable


def answer(handler: Handler, asked: object) -> Any:
    out = StringIO()
    run_executable(handler, stdin=StringIO(json.dumps(asked)), stdout=out)
    return json.loads(out.getvalue())


def sized(event: dict[str, Any]) -> dict[str, Any] | None:
    if event["sequence"] == 13:
        raise Failed("give_up", "unlucky", code="entry_unreadable")
    return None if event["sequence"] == 0 else {"double": 2 / (event["sequence"] - 5), "of": event["config"]["unit"]}


def test_one_envelope_has_one_answer() -> None:
    assert answer(sized, {"sequence": 6, "config": {"unit": "m"}}) == {"double": 2.0, "of": "m"}
    assert answer(sized, {"sequence": 0, "config": {}}) is None


def test_what_the_author_raises_names_its_branch() -> None:
    told = {"kind": "give_up", "code": "entry_unreadable", "message": "unlucky"}
    assert answer(sized, {"sequence": 13, "config": {}}) == {"error": told}


def test_what_nobody_expected_is_tried_again() -> None:
    error = answer(sized, {"sequence": 5, "config": {"unit": "m"}})["error"]
    assert (error["kind"], "ZeroDivisionError" in error["message"]) == ("try_later", True)


def test_in_a_batch_each_event_has_its_own_end_and_the_configuration() -> None:
    events = [{"sequence": number} for number in (6, 13, 0)]
    results = answer(sized, {"event": "batch", "events": events, "config": {"unit": "m"}})["results"]
    assert [each["sequence"] for each in results] == [6, 13, 0]
    assert results[0]["data"] == {"double": 2.0, "of": "m"}
    assert results[1]["error"]["message"] == "unlucky"
    assert results[2]["data"] is None
