"""How many examples a property test tries: many, but few in the quick check before a commit."""

from __future__ import annotations

import os

from hypothesis import settings

settings.register_profile("quick", max_examples=15)
if os.environ.get("MOSAICFS_QUICK") == "1":
    settings.load_profile("quick")
