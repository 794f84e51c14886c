"""An action server in the desk's place: every action tells the slots that the bot has filled."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TellSlots(BaseHTTPRequestHandler):
    """Every action answers with the slots as the bot sent them, unless the server is broken."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.is_broken:
            self.send_error(500)
            return
        slots = json.loads(body)["tracker"]["slots"]
        told = {name: value for name, value in slots.items() if value is not None}
        answer = {"events": [], "responses": [{"text": json.dumps(told)}]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class Actions(ThreadingHTTPServer):
    """The action server; one that `is_broken` fails every call."""

    is_broken = False
