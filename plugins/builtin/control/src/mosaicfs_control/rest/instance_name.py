"""What the owner calls this instance."""

from __future__ import annotations

import msgspec

from mosaicfs.model.ids import SETTINGS_ID
from mosaicfs.model.store import Store
from mosaicfs_control.rest.objects import members_of

UNNAMED = "MosaicFS"


async def instance_name(store: Store) -> str:
    """The name of the settings, else `UNNAMED`."""
    document = await store.get(SETTINGS_ID)
    if document is None or document.deleted:
        return UNNAMED
    try:
        name = members_of(document).get("instance_name")
    except msgspec.DecodeError:
        return UNNAMED
    return name if isinstance(name, str) and name else UNNAMED
