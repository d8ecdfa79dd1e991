"""A small generator of load on loopback: a bounded number of requests over kept-alive connections."""

import socket
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass
class Measured:
    """What some requests took, in seconds each, and all of them together."""

    times: list[float] = field(default_factory=list)
    elapsed: float = 0.0

    def add(self, other: "Measured") -> None:
        """Take in another round."""
        self.times += other.times
        self.elapsed += other.elapsed

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.times) / self.elapsed

    @property
    def median(self) -> float:
        """The middle of the times."""
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        """The time within which 95 of 100 were answered."""
        return statistics.quantiles(self.times, n=20)[-1]


class Connection:
    """One kept-alive connection, opened again where the server closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port))

    def get(self, path: str, headers: Mapping[str, str]) -> tuple[int, int]:
        """The status of an answer, and the length of its body."""
        lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", *(f"{k}: {v}" for k, v in headers.items())]
        request = "\r\n".join([*lines, "", ""]).encode()
        try:
            return self._ask(request)
        except (ConnectionError, ValueError):
            self.socket.close()
            self.socket = socket.create_connection(("127.0.0.1", self.port))
            return self._ask(request)

    def _ask(self, request: bytes) -> tuple[int, int]:
        self.socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._more()
        head, _, body = received.partition(b"\r\n\r\n")
        status = int(head[9:12])
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = int(fields.get(b"content-length", b"0"))
        left = length - len(body)
        while left > 0:
            left -= len(self._more())
        if fields.get(b"connection") == b"close":
            self.socket.close()
            self.socket = socket.create_connection(("127.0.0.1", self.port))
        return status, length

    def _more(self) -> bytes:
        received = self.socket.recv(1 << 18)
        if not received:
            raise ConnectionError("closed by the server")
        return received


def ask(
    port: int,
    paths: Sequence[str],
    number: int,
    *,
    at_once: int = 4,
    status: int = 200,
    headers: Sequence[Mapping[str, str]] = (),
) -> Measured:
    """Ask for the paths in turn, `number` times in all, over some connections; each answer must have the status."""
    found = Measured()
    problems: list[str] = []
    turns = iter(range(number))
    lock = threading.Lock()

    def work() -> None:
        connection = Connection(port)
        while True:
            with lock:
                turn = next(turns, None)
            if turn is None:
                return
            path = paths[turn % len(paths)]
            began = time.perf_counter()
            answered, _length = connection.get(path, headers[turn % len(paths)] if headers else {})
            took = time.perf_counter() - began
            with lock:
                found.times.append(took)
                if answered != status:
                    problems.append(f"{path} answered {answered}")

    threads = [threading.Thread(target=work) for _thread in range(at_once)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.elapsed = time.perf_counter() - began
    if problems:
        raise RuntimeError(f"{len(problems)} answers of {number} were not {status}; the first: {problems[0]}")
    return found
