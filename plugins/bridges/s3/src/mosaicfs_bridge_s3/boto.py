"""boto3's client, made for one bucket: with the key of the owner and nothing that lies about on the machine.

Without this it would look into the environment, the home directory and the address of a cloud's own machines, and
speak with somebody else's key.
"""

from __future__ import annotations

import os
from typing import Any

import boto3
import botocore.session
from botocore import UNSIGNED
from botocore.config import Config

from mosaicfs_bridge_s3.options import Bucket

AT_ONCE = 16
CONNECT_S = 5
ANSWER_S = 10

_NOTHING_OF_THE_MACHINE = {
    "profile": (None, None, None, None),
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}


def real_service(bucket: Bucket) -> Any:
    session = boto3.session.Session(botocore_session=botocore.session.Session(session_vars=_NOTHING_OF_THE_MACHINE))
    return session.client(
        "s3", region_name=bucket.region, endpoint_url=bucket.url, config=_config(bucket), **_signing(bucket)
    )


def _signing(bucket: Bucket) -> dict[str, str | None]:
    if bucket.keys is None:
        return {}
    return {
        "aws_access_key_id": bucket.keys.access_key_id.reveal(),
        "aws_secret_access_key": bucket.keys.secret_access_key.reveal(),
        "aws_session_token": bucket.keys.session_token.reveal() or None,
    }


def _config(bucket: Bucket) -> Config:
    """Checksums only where S3 demands them: many that speak like it do not know the newer ones."""
    return Config(
        signature_version=UNSIGNED if bucket.keys is None else "s3v4",
        s3={"addressing_style": "path" if bucket.path_style else "auto"},
        connect_timeout=CONNECT_S,
        read_timeout=ANSWER_S,
        retries={"total_max_attempts": 1, "mode": "standard"},
        max_pool_connections=AT_ONCE,
        tcp_keepalive=True,
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        ignore_configured_endpoint_urls=True,
    )
