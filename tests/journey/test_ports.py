"""A port that is told before its server runs is still free when the server comes."""

import socket

import pytest

from examples.services import RESERVED, reserve_port


def test_a_reserved_port_is_for_whoever_names_it_and_listens() -> None:
    port = reserve_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))  # as an outgoing connection or a search for any port would
    with socket.create_server(("127.0.0.1", port)) as server, socket.create_connection(("127.0.0.1", port)):
        server.accept()[0].close()


def test_the_oldest_of_many_reservations_is_given_up() -> None:
    port = reserve_port()
    for _ in range(RESERVED):
        reserve_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
