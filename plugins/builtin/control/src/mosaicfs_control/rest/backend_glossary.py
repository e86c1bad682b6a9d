"""What members of storage backends mean; a part of the glossary."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

OF_BACKENDS: Mapping[str, str] = MappingProxyType(
    {
        "backend_config": "Options of its type; none of them is a secret.",
        "bandwidth_limit_mbps": "Megabits a second for all transfers of one node; 0 is no limit.",
        "billing_model": "Whether it is paid by quota or by use.",
        "cloud_storage": "What its service says of quota and billing.",
        "credentials_ref": "Name of the secrets on the node that runs it.",
        "daily_bytes_max": "Bytes that may be read for checks in a day.",
        "full_interval_s": "Seconds between two full listings at least.",
        "hosting_node_id": "The node that runs it; every source has one.",
        "interval_days": "Days between two checks; 0 is never.",
        "is_all": "Whether that was the whole listing.",
        "keep_deleted_days": "Days that a copy outlives its file.",
        "keep_versions_days": "Days that an older version outlives its replacement.",
        "live": "What the hosting node told last: state, polls, files, quota, and what is wrong.",
        "method": "How copies are checked.",
        "mode": "Whether files come from it, go to it, or both.",
        "place": "Where it stands, in words, to tell copies at one place from copies at two.",
        "poll_interval_s": "Seconds between two looks for changes, where its service tells of them.",
        "quota_available": "Whether the service tells its quota.",
        "remove_unmatched": "Whether copies that no rule asks for any more are removed.",
        "retention": "How long copies outlive their files.",
        "schedule": "Windows of the local day in which it is polled, such as `22:00-06:00`, separated by commas.",
        "secrets": "Secrets of the backend by their names; sealed for the hosting node, and shown only as being set.",
        "verify": "How often copies are checked, and how.",
        "workers": "Copies at once.",
    }
)
