"""Whether this machine knows its own name, which Java's libraries ask for.

In a container without a network (`docker run --network none`, a good place for a script) nothing
resolves the name, and Spark does not start.  Knows names and the hosts file that Java takes in
their stead.  Refuses to know Spark.
"""

from __future__ import annotations

import socket


def is_resolved() -> bool:
    """Whether the name of this machine leads to an address."""
    try:
        socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return False
    return True


def hosts_text() -> str:
    """Return a hosts file that leads the name of this machine to itself."""
    return f"127.0.0.1 localhost {socket.gethostname()}\n"
