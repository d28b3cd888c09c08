"""An HTTP server that stands for any OpenLineage endpoint: keeps what it gets, answers as told."""

import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Posted:
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Answer:
    """`slowly`: seconds before it comes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    slowly: float = 0


@dataclass
class Receiver:
    """`answer` is asked for each request; `events` are those of what was answered 2xx."""

    url: str = ""
    posted: list[Posted] = field(default_factory=list)
    events: list[Any] = field(default_factory=list)
    answer: Callable[[Posted], Answer] = lambda posted: Answer()
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, posted: Posted) -> Answer:
        with self.lock:
            answer = self.answer(posted)
            self.posted.append(posted)
            if 200 <= answer.status < 300:
                body = posted.body
                self.events += body if isinstance(body, list) else [body]
        return answer

    def labels(self) -> list[str]:
        """`COMPLETE daily.build`, in the order in which they came."""
        return [f"{event['eventType']} {event['job']['name']}" for event in self.events]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            posted = Posted(self.path, dict(self.headers.items()), json.loads(raw))
            answer = receiver.take(posted)
            time.sleep(answer.slowly)
            content = b"" if answer.body is None else json.dumps(answer.body).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(BrokenPipeError):  # who asked has not waited
                self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    receiver.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
