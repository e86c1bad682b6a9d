"""A real S3 server, a line to it that can be bad, and a bucket to try the bridge on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
import trio
from moto.server import ThreadedMotoServer

from mosaicfs.model.crawling import Source
from mosaicfs.model.entry import Entry
from mosaicfs.model.secret import Secret
from mosaicfs_bridge_s3 import b2, plugin
from mosaicfs_bridge_s3.body import Body
from mosaicfs_bridge_s3.boto import real_service
from mosaicfs_bridge_s3.client import Account, Client
from mosaicfs_bridge_s3.listing import change_of
from mosaicfs_bridge_s3.options import Bucket, Keys
from mosaicfs_bridge_s3.pacing import Pace, Pacer
from mosaicfs_bridge_s3.pages import page_of
from plugins.bridges.s3.tests.front import Cut, Front

KEY = "AKIATESTTESTTESTTEST"
SECRET = "a-secret-that-nobody-may-see"
TOKEN = "a-token-that-nobody-may-see"
KEYS = Keys(Secret(KEY), Secret(SECRET), Secret(""))
FILE_ID = "file::0195c1de-0000-7000-8000-000000000001"
_numbers = count(1)


@pytest.fixture(scope="session")
def moto() -> Iterator[tuple[str, int]]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()
    assert server._server is not None
    server._server.server_close()


@pytest.fixture(scope="session")
def line(moto: tuple[str, int]) -> Iterator[Front]:
    made = Front(moto)
    yield made
    made.close()


@pytest.fixture
def front(line: Front) -> Iterator[Front]:
    """A good line, until the test makes it bad."""
    line.mend()
    yield line
    line.mend()


@pytest.fixture(scope="session")
def service(line: Front) -> Iterator[Any]:
    """boto3's client for that line: one for all tests, because each takes a while to make."""
    made = real_service(Bucket("any", url=line.url, path_style=True, keys=KEYS))
    yield made
    made.close()


@pytest.fixture(scope="session")
def admin(moto: tuple[str, int]) -> Iterator[Any]:
    """Past the front, as the owner of all buckets."""
    made = real_service(Bucket("any", url="http://{}:{}".format(*moto), path_style=True, keys=KEYS))
    yield made
    made.close()


class BucketPlace:
    """A bucket, as the suites want it. `client` is what the plugins under test use."""

    def __init__(self, front: Front, admin: Any, service: Any) -> None:
        self.front = front
        self.admin = admin
        self.name = f"bucket-{next(_numbers)}"
        self.bucket = Bucket(self.name, url=front.url, path_style=True, keys=KEYS)
        self.admin.create_bucket(Bucket=self.name)
        self.waits: list[float] = []
        self.now = 0.0
        self.bodies: list[Body] = []
        self.client = self.client_of(self.bucket, lambda bucket: service)

    @property
    def options(self) -> dict[str, Any]:
        return {"bucket": self.name, "endpoint": self.front.url, "access_key_id": KEY, "secret_access_key": SECRET}

    @property
    def source(self) -> Source:
        return Source(name="pictures", backend="s3", node_id="node-a", prefix="/pictures")

    def client_of(self, bucket: Bucket, make: Callable[[Bucket], Any] = real_service) -> Client:
        pacer = Pacer(bucket.name, Pace(rate=1e4, top=1e4), clock=lambda: self.now, pause=self._pause)
        return _Watched(self.bodies, bucket, Account(pacer), make, self._pause)

    def put(self, name: str, content: bytes, **more: str) -> None:
        self.admin.put_object(Bucket=self.name, Key=name, Body=content, **more)

    def remove(self, name: str) -> None:
        self.admin.delete_object(Bucket=self.name, Key=name)

    def fail_after(self, listed: int) -> None:
        """From then on every page ends in the middle."""
        self.front.keys_a_page = 1
        self.front.faults["list"].extend([None] * listed)
        self.front.always["list"] = Cut(20)

    def mend(self) -> None:
        self.front.faults["list"].clear()
        self.front.always.clear()

    def entry(self, name: str) -> Entry:
        answer = self.admin.list_objects_v2(Bucket=self.name, Prefix=name)
        found = next(each for each in page_of("moto", answer, None).objects if each.key == name)
        change = change_of(self.bucket, self.source, found, name)
        return Entry(
            file_id=FILE_ID,
            node_id="node-a",
            export_path=change.export_path,
            name=name.rpartition("/")[2],
            size=change.size,
            mtime=change.mtime,
            native_id=change.native_id,
            version=change.version,
            digest=change.digest,
            backend="pictures",
        )

    def open_streams(self) -> int:
        return sum(not body.closed for body in self.bodies)

    async def _pause(self, seconds: float) -> None:
        """Time passes here and nowhere else."""
        self.waits.append(seconds)
        self.now += seconds
        await trio.lowlevel.checkpoint()


class _Watched(Client):
    def __init__(self, bodies: list[Body], *known: Any) -> None:
        super().__init__(*known)
        self.bodies = bodies

    async def open(self, entry: Entry, first: int, end: int | None) -> Body:
        self.bodies.append(await super().open(entry, first, end))
        return self.bodies[-1]


@pytest.fixture
def place(front: Front, admin: Any, service: Any, monkeypatch: pytest.MonkeyPatch) -> BucketPlace:
    made = BucketPlace(front, admin, service)

    async def connect(bucket: Bucket) -> Client:
        return made.client

    for module in (plugin, b2):
        monkeypatch.setattr(module, "connect", connect)
    return made
