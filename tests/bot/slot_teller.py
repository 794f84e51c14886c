"""An action server in the desk's place: every action tells what the bot has told it."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TellSlots(BaseHTTPRequestHandler):
    """Every action answers with the slots and the lines heard, unless the server is broken.

    A line whose metadata says what to `remember` has that put into the slot `talk`.
    """

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.server.is_broken:
            self.send_error(500)
            return
        tracker = json.loads(body)["tracker"]
        told = {
            "slots": {name: value for name, value in tracker["slots"].items() if value is not None},
            "heard": [
                {"text": event["text"], "entities": event["parse_data"].get("entities", [])}
                for event in tracker["events"]
                if event["event"] == "user"
            ],
        }
        remember = (tracker["latest_message"].get("metadata") or {}).get("remember")
        events = [{"event": "slot", "name": "talk", "value": remember}] if remember else []
        answer = {"events": events, "responses": [{"text": json.dumps(told)}]}
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Keep the test's output clean."""


class Actions(ThreadingHTTPServer):
    """The action server; one that `is_broken` fails every call."""

    is_broken = False
