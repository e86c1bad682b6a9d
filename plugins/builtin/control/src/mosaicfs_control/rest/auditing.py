"""What a call leaves in the audit log: who did what to whom."""

from __future__ import annotations

from mosaicfs.model.json import JsonObject
from mosaicfs_control.rest.routing import Call


def noted(call: Call, event: str, target: str = "", *, result: str = "ok", detail: JsonObject | None = None) -> None:
    """`event` is one of those that the page on security names."""
    name = call.principal.name or call.principal.kind
    request_id = call.headers.get("x-request-id", "")
    call.instance.auth.audit.note(
        event,
        principal=name,
        source=call.source,
        target=target,
        result=result,
        request_id=request_id,
        detail=detail,
    )
