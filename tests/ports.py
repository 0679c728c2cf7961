"""Ports on which nobody listens, so that tests do not mind what else runs on the machine."""

import socket


def free_port() -> int:
    """A port of this machine that is free at the moment."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])
