"""Local servers: PostgreSQL and Valkey from installed wheels, on Unix sockets, for a laptop and for the tests.

Whoever needs the servers holds a shared lock on a file of the data folder. A small detached process, the keeper, is the
parent of both servers; when nobody holds the lock any more, it stops them. The kernel takes a killed process's lock
away, so nothing is left running however its users end. This package never imports Django or its settings.
"""

from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.stack import addresses, remove, servers, stop

__all__ = ["Paths", "StackError", "addresses", "remove", "servers", "stop"]
