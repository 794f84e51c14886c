"""A real HTTP server in a thread that stands where Rasa stands and answers as a test says."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "a-secret-between-desk-and-bot"
TURN, HEALTH = "/webhooks/desk/webhook", "/webhooks/desk/"


@dataclass(frozen=True)
class Answer:
    """What goes back: a status and a body, bytes as they are or anything else as JSON."""

    body: Any
    status: int = 200

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Script:
    """`turn` makes the answer out of the body that came; None closes the line without a word."""

    turn: Callable[[dict[str, Any]], Answer | None]
    health: Answer = field(default_factory=lambda: Answer({"ready": True}))


@contextmanager
def serve(script: Script) -> Iterator[str]:
    """Play the script; gives the address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(script.health if self.path == HEALTH else Answer({}, 404))

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != TURN:
                return self._send(Answer({}, 404))
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self._send(Answer({"error": "unauthorized"}, 401))
            return self._send(script.turn(body))

        def _send(self, answer: Answer | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            content = answer.content()
            self.send_response(answer.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
