"""The REST API as somebody who is not on the owner's Unix socket meets it: there is no login yet, so all is refused."""

from __future__ import annotations

from starlette.types import Receive, Scope, Send

from mosaicfs_control.answers import Outgoing, Ready
from mosaicfs_control.callers import require_this_machine
from mosaicfs_control.errors import RefusedError
from mosaicfs_control.incoming import Incoming
from mosaicfs_control.rest.refusals import ApiError, refusal_of
from mosaicfs_control.rest.surface import headers_of, marked, request_id_of

_SAYS = (
    "A login is needed, and this server has none for the network yet. "
    "Ask on the machine that it runs on, for example with: mosaicfs status"
)


async def refuse_outside(scope: Scope, receive: Receive, send: Send) -> None:
    """401, whatever is asked; 421 and 403 for a page of another site, which learns nothing else."""
    if scope["type"] != "http":
        await send({"type": "websocket.close"})
        return
    headers = headers_of(scope)
    outgoing = Outgoing(send, Incoming(receive, headers), gzip=False)
    refused = ApiError("unauthorized", _SAYS, headers={"www-authenticate": "Bearer"})
    request_id = request_id_of(headers)
    try:
        require_this_machine(headers)
    except RefusedError as cause:
        refused = refusal_of(cause, request_id)
    await outgoing.deliver(marked(Ready(refused.body(), refused.status, refused.headers), request_id))
