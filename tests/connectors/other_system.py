"""A real HTTP server that stands where another system takes the desk's signed lines."""

import json
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from connectors.signed_webhook import signature

SECRET = "a-secret-of-both-sides"


@dataclass
class OtherSystem:
    """What came, and what is answered next: a status and headers."""

    url: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)
    answers: deque[tuple[int, dict[str, str]]] = field(default_factory=deque)


@contextmanager
def serve_other_system() -> Iterator[OtherSystem]:
    system = OtherSystem()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = system.answers.popleft() if system.answers else (204, {})
            expected = signature(SECRET, self.headers["X-Seatmate-Time"], body)
            if self.headers["X-Seatmate-Signature"] != expected:
                status = 401
            if status < 300:
                system.lines.append(json.loads(body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    system.url = f"http://127.0.0.1:{server.server_port}/lines"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
