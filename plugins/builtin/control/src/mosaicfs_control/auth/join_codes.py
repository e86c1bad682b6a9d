"""Open invitations to join: only their hashes are kept, they are good once, and wrong proofs wear them out.

What is asked and answered about a code happens without a pause in between, so one code never lets two nodes in.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from mosaicfs.identity.join_codes import hash_of_code, new_code
from mosaicfs.model.times import Clock
from mosaicfs_control.auth.auth_db import AuthDb
from mosaicfs_control.rest.refusals import ApiError, invalid

SHORTEST_S, LONGEST_S, USUAL_S = 60, 86_400, 900
MOST_OPEN = 20
MOST_WRONG = 10


@dataclass(frozen=True, slots=True)
class JoinCode:
    """`node_id` is the node that may come back with it; None is for new nodes only."""

    id: str
    hash: str
    node_id: str | None
    created_by: str
    expires_at: float
    wrong_proofs: int = 0


class NewJoinCode(NamedTuple):
    """`code` is shown once."""

    code: str
    open: JoinCode


class JoinCodes:
    def __init__(self, db: AuthDb, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._open: dict[str, JoinCode] = {}

    async def load(self) -> None:
        await self._db.write("DELETE FROM join_codes WHERE expires_at <= ?", self._clock())
        statement = "SELECT id, hash, node_id, created_by, expires_at, wrong_proofs FROM join_codes"
        self._open = {row[0]: JoinCode(*row) for row in await self._db.read(statement)}

    async def create(self, created_by: str, *, node_id: str | None = None, expires_in_s: int = USUAL_S) -> NewJoinCode:
        """`ApiError` 422 for a life that is too short or too long, 409 when too many codes are open."""
        if not SHORTEST_S <= expires_in_s <= LONGEST_S:
            raise invalid("expires_in_s", f"must be between {SHORTEST_S} and {LONGEST_S}")
        if len(self.list()) >= MOST_OPEN:
            message = f"{MOST_OPEN} join codes are open already. Delete one, or wait until one has expired."
            raise ApiError("conflict", message, {"reason": "too_many_open"})
        code = new_code()
        made = JoinCode(secrets.token_hex(8), hash_of_code(code), node_id, created_by, self._clock() + expires_in_s)
        self._open[made.id] = made
        await self._db.write(
            "INSERT INTO join_codes VALUES (?, ?, ?, ?, ?, ?)",
            *(made.id, made.hash, made.node_id, made.created_by, made.expires_at, made.wrong_proofs),
        )
        return NewJoinCode(code, made)

    def list(self) -> Sequence[JoinCode]:
        """Those that are good now; the first to expire comes first."""
        now = self._clock()
        return sorted((one for one in self._open.values() if one.expires_at > now), key=lambda one: one.expires_at)

    def find(self, code: str) -> JoinCode | None:
        """None for what is no code, unknown, used, worn out or expired."""
        try:
            hashed = hash_of_code(code)
        except ValueError:
            return None
        return next((one for one in self.list() if secrets.compare_digest(one.hash, hashed)), None)

    async def spend(self, code: str) -> JoinCode | None:
        """Take it: whoever comes second gets None. Before anything is made for the node that joins."""
        found = self.find(code)
        if found is not None:
            del self._open[found.id]
            await self._forget(found.id)
        return found

    async def give_back(self, spent: JoinCode) -> None:
        """When the join failed for a reason that another attempt can mend, such as an id that is taken."""
        if spent.expires_at <= self._clock():
            return
        self._open[spent.id] = spent
        await self._db.write(
            "INSERT OR REPLACE INTO join_codes VALUES (?, ?, ?, ?, ?, ?)",
            *(spent.id, spent.hash, spent.node_id, spent.created_by, spent.expires_at, spent.wrong_proofs),
        )

    async def wrong_proof(self, code: str) -> None:
        """A right code with a wrong proof; the tenth is the code's end."""
        found = self.find(code)
        if found is None:
            return
        worn = replace(found, wrong_proofs=found.wrong_proofs + 1)
        if worn.wrong_proofs >= MOST_WRONG:
            del self._open[found.id]
            await self._forget(found.id)
            return
        self._open[found.id] = worn
        await self._db.write("UPDATE join_codes SET wrong_proofs = ? WHERE id = ?", worn.wrong_proofs, found.id)

    async def delete(self, code_id: str) -> bool:
        """False where there is none."""
        if self._open.pop(code_id, None) is None:
            return False
        await self._forget(code_id)
        return True

    async def _forget(self, code_id: str) -> None:
        await self._db.write("DELETE FROM join_codes WHERE id = ?", code_id)
