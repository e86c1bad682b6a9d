"""What passes the relay is counted, and nothing of it is changed."""

from __future__ import annotations

import socket
import threading

from bench.relay import PIECE, relay_to


def test_bytes_are_counted_both_ways_and_the_end_is_handed_on() -> None:
    question, answer = b"q" * 5, b"a" * (3 * PIECE)
    with socket.create_server(("127.0.0.1", 0)) as behind:
        thread = threading.Thread(target=_answer, args=(behind, answer))
        thread.start()
        with relay_to(behind.getsockname()[1]) as relay:
            with socket.create_connection(("127.0.0.1", relay.port)) as client:
                client.sendall(question)
                client.shutdown(socket.SHUT_WR)
                with client.makefile("rb") as found:
                    assert found.read() == answer
            thread.join()
        assert (relay.sent, relay.received) == (len(question), len(answer))


def _answer(behind: socket.socket, answer: bytes) -> None:
    """Once the question has ended."""
    connection, _ = behind.accept()
    with connection, connection.makefile("rb") as asked:
        asked.read()
        connection.sendall(answer)
