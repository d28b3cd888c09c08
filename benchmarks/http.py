"""A client that costs next to nothing, so that the server is what is measured."""

import json
import socket
from typing import Any


class Connection:
    """One keep-alive connection; requests are built beforehand with `request`."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> tuple[int, bytes]:
        """(status, body)"""
        self.socket.sendall(request)
        received = b""
        while b"\r\n\r\n" not in received:
            received += self._receive()
        head, _, body = received.partition(b"\r\n\r\n")
        length = next(
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        pieces, have = [body], len(body)
        while have < length:
            pieces.append(self._receive())
            have += len(pieces[-1])
        return int(head[9:12]), b"".join(pieces)

    def _receive(self) -> bytes:
        chunk = self.socket.recv(1 << 18)
        if not chunk:
            raise ConnectionError("the server closed the connection")
        return chunk


def request(path: str, *, token: str = "", cookie: str = "", body: Any = None) -> bytes:
    """The bytes of one HTTP request: GET, or POST of `body` as JSON."""
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"Authorization: Bearer {token}"] if token else []
    lines += [f"Cookie: {cookie}"] if cookie else []
    lines += (
        ["Content-Type: application/json", f"Content-Length: {len(content)}"] if content else []
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + content
