"""What a message may meet at the other end."""

from collections.abc import Iterator

import pytest

from plugins.builtin.notify.tests.receiver import Receiver, receiver


@pytest.fixture(name="receiver")
def receiver_of_http() -> Iterator[Receiver]:
    with receiver() as state:
        yield state
