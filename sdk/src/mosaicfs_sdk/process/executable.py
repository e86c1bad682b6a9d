"""A program that is started for each job: one envelope on stdin, one object on stdout."""

from __future__ import annotations

import json
import sys
from typing import IO, Any

from mosaicfs_sdk.process.answering import Handler, outcome


def run_executable(handler: Handler, *, stdin: IO[str] = sys.stdin, stdout: IO[str] = sys.stdout) -> None:
    """Answer what this process was started for. In a batch the handler sees one envelope after the other."""
    asked = json.load(stdin)
    if asked.get("event") == "batch":
        config = asked.get("config", {})
        answer: Any = {"results": [_result(handler, {**event, "config": config}) for event in asked["events"]]}
    else:
        answer, error = outcome(handler, asked)
        answer = answer if error is None else {"error": error}
    json.dump(answer, stdout)
    stdout.flush()


def _result(handler: Handler, event: dict[str, Any]) -> dict[str, Any]:
    answer, error = outcome(handler, event)
    told = {"data": answer} if error is None else {"error": error}
    return {"sequence": event["sequence"], **told}
