"""What the owner sets, for either service, and the one value that the rest of the bridge works with.

What is wrong with a single option is said when it is saved. Keys are looked for only when the service is spoken to:
they lie on the node, not where options are saved.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit, urlunsplit

from mosaicfs.errors import OptionsError
from mosaicfs.model.secret import Secret

FAULTS = (
    "throttle",
    "timeout",
    "partial_listing",
    "token_loss",
    "mass_deletion",
    "slow_read",
    "short_read",
    "changed_while_reading",
)
"""What a made-up service can do wrong. A bucket has no cursor that could expire."""

FIRST_REGION = "us-east-1"
_REGION = r"^[a-z0-9-]*$"
PART_MB = 16


@dataclass(frozen=True)
class MadeUp:
    """A service that is not there: how much it holds, and what it does wrong."""

    files: int = 200
    seed: int = 1
    churn: float = 0.01
    faults: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Keys:
    access_key_id: Secret
    secret_access_key: Secret
    session_token: Secret


@dataclass(frozen=True)
class Bucket:
    """One bucket, below one prefix. `url` None is Amazon; without `keys` nobody signs in.

    `etag_is_md5` says that an ETag that looks like one is the MD5 of the content.
    """

    bucket: str
    prefix: str = ""
    url: str | None = None
    region: str = FIRST_REGION
    path_style: bool = False
    keys: Keys | None = None
    requester_pays: bool = False
    restore_days: int = 0
    etag_is_md5: bool = True
    storage_class: str = ""
    part_bytes: int = PART_MB << 20
    delete_versions: bool = False
    made_up: MadeUp | None = None

    @property
    def name(self) -> str:
        return f"The bucket {self.bucket} at {urlsplit(self.url).netloc if self.url else 'Amazon S3'}"


@dataclass(frozen=True)
class BucketOptions:
    """What both services have. `__post_init__` says what is wrong, without the value of a secret."""

    bucket: str = field(
        metadata={"help": "Its name, as the service shows it.", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$"}
    )
    prefix: str = field(
        default="",
        metadata={"title": "Folder", "help": "Only what lies below it, such as photos; empty is the whole bucket."},
    )
    region: str = field(
        default="",
        metadata={"help": f"Where the bucket lies; empty is {FIRST_REGION}.", "pattern": _REGION},
    )
    access_key_id: Secret = field(
        default=Secret(""),
        metadata={"title": "Access key ID", "help": "The name of the key, which the service shows beside it."},
    )
    secret_access_key: Secret = field(
        default=Secret(""), metadata={"help": "The key itself, which the service shows only once."}
    )
    part_size_mb: int = field(
        default=PART_MB,
        metadata={
            "title": "Size of parts in MB",
            "help": "Copies are sent to the bucket in parts of this size.",
            "minimum": 5,
            "maximum": 4096,
        },
    )
    mock: bool = field(
        default=False,
        metadata={"title": "Only try it", "help": "Show a made-up bucket, without network and keys."},
    )
    mock_files: int = field(
        default=200,
        metadata={
            "title": "Made-up files",
            "help": "How many files the made-up bucket holds.",
            "minimum": 0,
            "maximum": 1_000_000,
        },
    )
    mock_seed: int = field(
        default=1, metadata={"title": "Made from the number", "help": "Another number makes other files."}
    )
    mock_churn: float = field(
        default=0.01,
        metadata={
            "title": "Part that changes",
            "help": "Share of its files that change, move or vanish between two looks, from 0 to 1.",
            "minimum": 0,
            "maximum": 1,
        },
    )
    mock_faults: str = field(
        default="",
        metadata={"title": "Faults", "help": f"What it does wrong, with commas between: {', '.join(FAULTS)}."},
    )

    def __post_init__(self) -> None:
        if self.prefix.startswith("/"):
            raise ValueError("prefix must not begin with /; keys of objects do not")
        if unknown := sorted(self.faults - set(FAULTS)):
            raise ValueError(f"mock_faults has {unknown[0]}, which is none of {', '.join(FAULTS)}")

    @property
    def faults(self) -> frozenset[str]:
        return frozenset(word.strip() for word in self.mock_faults.split(",") if word.strip())

    @property
    def folder(self) -> str:
        """`photos` must not find `photos-old/`."""
        return f"{self.prefix.rstrip('/')}/" if self.prefix else ""

    @property
    def made_up(self) -> MadeUp | None:
        return MadeUp(self.mock_files, self.mock_seed, self.mock_churn, self.faults) if self.mock else None

    def keys_for(self, plugin: str, session_token: Secret) -> Keys | None:
        """None where nobody needs to sign in; `OptionsError` where a key is missing."""
        if self.mock:
            return None
        for name in ("access_key_id", "secret_access_key"):
            if not getattr(self, name):
                raise OptionsError(plugin, f"{name} is not set on this node")
        return Keys(self.access_key_id, self.secret_access_key, session_token)


@dataclass(frozen=True)
class S3Options(BucketOptions):
    session_token: Secret = field(
        default=Secret(""), metadata={"help": "Only for a key that ends after a while, which comes with one."}
    )
    endpoint: str = field(
        default="",
        metadata={
            "title": "Address of the service",
            "help": "Of another service than Amazon, such as https://s3.example.com; empty is Amazon.",
        },
    )
    path_style: Literal["auto", "always", "never"] = field(
        default="auto",
        metadata={
            "title": "Bucket in the path",
            "help": "Whether addresses name the bucket in their path; auto: where an address of the service is given.",
        },
    )
    anonymous: bool = field(
        default=False, metadata={"title": "Public bucket", "help": "Read it without a key, as anybody may."}
    )
    requester_pays: bool = field(
        default=False,
        metadata={"title": "Pay for reading", "help": "Agree to pay for what is read, where its owner asks for that."},
    )
    storage_class: str = field(
        default="", metadata={"help": "Class of copies, such as STANDARD_IA; empty is that of the service."}
    )
    restore_days: int = field(
        default=0,
        metadata={
            "title": "Days to restore archived files",
            "help": "Reading an archived file asks for it back for so many days, which costs money; 0: never.",
            "minimum": 0,
            "maximum": 365,
        },
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_address(self.endpoint)

    def as_bucket(self) -> Bucket:
        return Bucket(
            bucket=self.bucket,
            prefix=self.folder,
            url=self.endpoint or None,
            region=self.region or FIRST_REGION,
            path_style=self.path_style == "always" or (self.path_style == "auto" and bool(self.endpoint)),
            keys=None if self.anonymous else self.keys_for("s3", self.session_token),
            requester_pays=self.requester_pays,
            restore_days=self.restore_days,
            storage_class=self.storage_class,
            part_bytes=self.part_size_mb << 20,
            made_up=self.made_up,
        )


@dataclass(frozen=True)
class B2Options(BucketOptions):
    region: str = field(
        default="",
        metadata={"help": "The page of the bucket shows it, such as eu-central-003.", "pattern": _REGION},
    )
    access_key_id: Secret = field(
        default=Secret(""),
        metadata={"title": "Key ID", "help": "The name of the application key, as Backblaze shows it."},
    )
    secret_access_key: Secret = field(
        default=Secret(""),
        metadata={"title": "Application key", "help": "The key itself, which Backblaze shows only once."},
    )
    endpoint: str = field(
        default="",
        metadata={"title": "Address of the service", "help": "Only where it is not that of the region at Backblaze."},
    )
    delete_versions: bool = field(
        default=True,
        metadata={
            "title": "Delete for good",
            "help": "Deleting a copy removes what was written, so that its room is free again.",
        },
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        check_address(self.endpoint)
        if not (self.region or self.endpoint or self.mock):
            raise ValueError("region is missing; the page of the bucket shows it, such as eu-central-003")

    def as_bucket(self) -> Bucket:
        return Bucket(
            bucket=self.bucket,
            prefix=self.folder,
            url=self.endpoint or urlunsplit(("https", f"s3.{self.region}.backblazeb2.com", "", "", "")),
            region=self.region or FIRST_REGION,
            path_style=True,
            keys=self.keys_for("b2", Secret("")),
            etag_is_md5=False,
            part_bytes=self.part_size_mb << 20,
            delete_versions=self.delete_versions,
            made_up=self.made_up,
        )


def check_address(endpoint: str) -> None:
    """`ValueError` for an address that cannot be one, or that would let everybody on the way read along."""
    if not endpoint:
        return
    address = urlsplit(endpoint)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError("endpoint is no address; one looks like https://s3.example.com")
    if address.username or address.password or address.query or address.fragment:
        raise ValueError("endpoint must be a plain address, without a name, a password, ? or #")
    if address.scheme == "http" and not _is_loopback(address.hostname):
        raise ValueError("endpoint must begin with https://; plain http is for this machine only")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
