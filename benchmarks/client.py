"""A small HTTP client that costs the machine little: prepared bytes out, just enough parsing in.

Each connection is a thread of one of a few client processes and keeps asking until the time is up; every answer's status
is counted, so that a fast error is never mistaken for a fast page.
"""

import multiprocessing
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

Source = Callable[[int], Iterator[bytes]]
"""Makes the requests of a connection: called with the connection's number, yields complete HTTP/1.1 requests."""


@dataclass
class Result:
    """What came back."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds if self.seconds else 0.0

    def good(self) -> bool:
        """Say whether every answer was a success or a redirect."""
        return bool(self.statuses) and all(200 <= status < 400 for status in self.statuses)

    def quantile(self, share: float) -> float:
        """Return a latency in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def get(path: str, *, cookie: str = "", host: str = "127.0.0.1") -> bytes:
    """Return a GET request."""
    line = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{line}\r\n".encode()


def post(path: str, body: str, *, cookie: str = "", host: str = "127.0.0.1") -> bytes:
    """Return a POST request with an url-encoded body."""
    line = f"Cookie: {cookie}\r\n" if cookie else ""
    content = body.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\n{line}Content-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content


def load(
    port: int, source: Source, *, seconds: float, connections: int = 8, processes: int = 2, most: int | None = None
) -> Result:
    """Keep a server busy and return what came back; ``most`` ends each connection after that many requests."""
    context = multiprocessing.get_context("fork")
    pipes = []
    for n in range(processes):
        ours, theirs = context.Pipe(duplex=False)
        numbers = list(range(n, connections, processes))
        worker = context.Process(target=_process, args=(theirs, port, source, numbers, seconds, most))
        worker.start()
        pipes.append((ours, worker))
    whole = Result()
    for ours, worker in pipes:
        part: Result = ours.recv()
        worker.join()
        whole.seconds = max(whole.seconds, part.seconds)
        whole.statuses.update(part.statuses)
        whole.latencies += part.latencies
    return whole


def _process(pipe: object, port: int, source: Source, numbers: list[int], seconds: float, most: int | None) -> None:
    results = [Result() for _number in numbers]
    began = time.perf_counter()
    threads = [
        threading.Thread(target=_connection, args=(port, source(number), began + seconds, most, result))
        for number, result in zip(numbers, results, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    whole = Result(seconds=time.perf_counter() - began)
    for result in results:
        whole.statuses.update(result.statuses)
        whole.latencies += result.latencies
    pipe.send(whole)  # type: ignore[attr-defined]


def _connection(port: int, requests: Iterator[bytes], until: float, most: int | None, result: Result) -> None:
    connection, buffer = _connect(port), b""
    for n, request in enumerate(requests):
        began = time.perf_counter()
        if began >= until or (most is not None and n >= most):
            break
        try:
            connection.sendall(request)
            status, buffer, closes = _answer(connection, buffer)
        except OSError:
            connection, buffer = _connect(port), b""
            result.statuses[599] += 1
            continue
        result.statuses[status] += 1
        result.latencies.append(time.perf_counter() - began)
        if closes:
            connection.close()
            connection, buffer = _connect(port), b""
    connection.close()


def _connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _answer(connection: socket.socket, buffer: bytes) -> tuple[int, bytes, bool]:
    while (end := buffer.find(b"\r\n\r\n")) < 0:
        buffer += _some(connection)
    head = buffer[:end].lower()
    status = int(buffer[9:12])
    closes = b"connection: close" in head
    rest = buffer[end + 4 :]
    at = head.find(b"content-length:")
    if at >= 0:
        length = int(head[at + 15 : head.find(b"\r\n", at) if head.find(b"\r\n", at) >= 0 else None])
        while len(rest) < length:
            rest += _some(connection)
        return status, rest[length:], closes
    if b"transfer-encoding: chunked" in head:
        while b"0\r\n\r\n" not in rest:
            rest += _some(connection)
        return status, b"", closes
    return status, rest, closes


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(262_144)
    if not data:
        raise ConnectionResetError
    return data
