"""A real HTTP server that stands where Telegram's Bot API stands and answers as a test says."""

import email
import itertools
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

TOKEN = "123456:a-token-of-this-test"
ANNA = 7001


@dataclass(frozen=True)
class Scripted:
    """One answer instead of the usual one; None as `body` closes the line without a word."""

    status: int
    body: dict[str, Any] | bytes | None

    @classmethod
    def error(cls, status: int, said: str, **parameters: int) -> "Scripted":
        body = {"ok": False, "error_code": status, "description": said}
        return cls(status, body | ({"parameters": parameters} if parameters else {}))


TOO_MANY = Scripted.error(429, "Too Many Requests: retry after 1", retry_after=1)
BLOCKED = Scripted.error(403, "Forbidden: bot was blocked by the user")
BROKEN = Scripted.error(500, "Internal Server Error")
CONFLICT = Scripted.error(409, "Conflict: terminated by other getUpdates request")
GARBAGE = Scripted(200, b"<html>no JSON</html>")
SILENCE = Scripted(0, None)


@dataclass
class Call:
    """What the desk asked of Telegram."""

    method: str
    data: dict[str, Any]
    files: dict[str, bytes] = field(default_factory=dict)
    at: float = field(default_factory=time.monotonic)


class BotApi:
    """Telegram: customers write here, and what the desk sends is kept."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.files: dict[str, bytes] = {}
        self.url = ""
        # where it was told to bring updates
        self.webhook = ""
        # how many seconds its clock is ahead of this machine's
        self.ahead_s = 0.0
        self._scripts: defaultdict[str, deque[Scripted]] = defaultdict(deque)
        self._held: dict[str, threading.Event] = {}
        self._waiting: list[str] = []
        self._updates: list[dict[str, Any]] = []
        self._next_update = 900
        # customers and the desk get their numbers in several threads
        self._message_numbers = itertools.count(1)
        self._lock = threading.Condition()

    # ------------------------------------------------------------ what a test does

    def answer_next(self, method: str, *scripted: Scripted) -> None:
        """The next calls of a method get these answers."""
        self._scripts[method].extend(scripted)

    @contextmanager
    def holding(self, method: str) -> Iterator[None]:
        """The calls of a method get no answer before this is over."""
        self._held[method] = threading.Event()
        try:
            yield
        finally:
            self._held.pop(method).set()

    def is_held(self, method: str) -> bool:
        """Whether a call waits for its answer."""
        return method in self._waiting

    def count_held(self, method: str) -> int:
        """How many calls wait for their answers."""
        return self._waiting.count(method)

    def push(self, **content: Any) -> dict[str, Any]:
        """An update of any content."""
        with self._lock:
            self._next_update += 1
            update = {"update_id": self._next_update, **content}
            self._updates.append(update)
            self._lock.notify_all()
        return update

    def push_again(self, update: dict[str, Any]) -> None:
        """An update of this number, which may have come before."""
        with self._lock:
            self._next_update = max(self._next_update, update["update_id"])
            self._updates.append(update)
            self._lock.notify_all()

    def push_together(self, *updates: dict[str, Any]) -> None:
        """Updates of these numbers that Telegram gives out in one answer."""
        with self._lock:
            self._next_update = max(each["update_id"] for each in updates)
            self._updates.extend(updates)
            self._lock.notify_all()

    def writes(self, text: str = "", *, who: int = ANNA, **more: Any) -> dict[str, Any]:
        """A customer sends a message; returns the update."""
        return self.push(message=self.message(text, who=who, **more))

    def message(self, text: str = "", *, who: int = ANNA, **more: Any) -> dict[str, Any]:
        """A message as Telegram describes it."""
        message = {
            "message_id": next(self._message_numbers),
            "date": 1_795_224_600,
            "chat": {"id": who, "type": "private", "first_name": "安娜"},
            "from": {"id": who, "is_bot": False, "first_name": "安娜"},
            **({"text": text} if text else {}),
        }
        return message | more

    def presses(self, sent: Call, index: int = 0, *, chat: int = ANNA) -> dict[str, Any]:
        """A customer presses a button of a message that the desk sent."""
        keys = [key for row in keyboard_of(sent) for key in row]
        return self.press_mark(keys[index]["callback_data"], sent.data["message_id"], chat=chat)

    def press_mark(self, mark: str, message_id: int, *, chat: int = ANNA) -> dict[str, Any]:
        """A customer presses a button with this mark."""
        return self.push(
            callback_query={
                "id": f"query-{self._next_update}",
                "from": {"id": chat, "is_bot": False, "first_name": "安娜"},
                "chat_instance": "1",
                "data": mark,
                "message": {
                    "message_id": message_id,
                    "date": 1_795_224_600,
                    "chat": {"id": chat, "type": "private"},
                },
            }
        )

    def called(self, *methods: str) -> list[Call]:
        """The calls of these methods that were answered as usual, oldest first."""
        return [call for call in self.calls if call.method in methods]

    def sent(self, chat: int = ANNA) -> list[Call]:
        """The messages that a customer got."""
        methods = ("sendMessage", "sendPhoto", "sendDocument")
        return [each for each in self.called(*methods) if str(each.data["chat_id"]) == str(chat)]

    def texts(self, chat: int = ANNA) -> list[str]:
        """The texts that a customer got."""
        return [each.data.get("text", "") for each in self.sent(chat)]

    # ------------------------------------------------------------ what the server does

    def answer(self, method: str, data: dict[str, Any], files: dict[str, bytes]) -> Scripted | Any:
        if (held := self._held.get(method)) is not None:
            self._waiting.append(method)
            held.wait(60)
        if self._scripts[method]:
            return self._scripts[method].popleft()
        if method == "getUpdates":
            return self._get_updates(data)
        call = Call(method, data, files)
        result = self._result(call)
        self.calls.append(call)
        return {"ok": True, "result": result}

    def _get_updates(self, data: dict[str, Any]) -> dict[str, Any]:
        offset = int(data.get("offset", 0))
        with self._lock:
            self._updates = [each for each in self._updates if each["update_id"] >= offset]
            if not self._updates:
                # shorter than the real one, so that a test ends soon
                self._lock.wait(0.2)
            return {"ok": True, "result": sorted(self._updates, key=lambda each: each["update_id"])}

    def _result(self, call: Call) -> Any:
        if call.method == "getMe":
            names = {"first_name": "坐席伴", "username": "seatmate_bot"}
            return {"id": 123456, "is_bot": True, **names}
        if call.method == "getFile":
            name = call.data["file_id"]
            return {"file_id": name, "file_unique_id": name, "file_path": f"photos/{name}"}
        if call.method == "getWebhookInfo":
            known = {"has_custom_certificate": False, "pending_update_count": 0}
            return {"url": self.webhook, **known}
        if call.method in ("setWebhook", "deleteWebhook"):
            self.webhook = call.data.get("url", "")
        if call.method.startswith(("send", "edit")) and call.method != "sendChatAction":
            number = call.data.get("message_id") or next(self._message_numbers)
            call.data["message_id"] = number
            chat = {"id": int(call.data["chat_id"]), "type": "private"}
            return {"message_id": int(number), "date": 1_795_224_600, "chat": chat}
        return True


def keyboard_of(sent: Call) -> list[list[dict[str, str]]]:
    """The buttons of a message that was sent."""
    markup = json.loads(sent.data.get("reply_markup", "{}"))
    rows: list[list[dict[str, str]]] = markup.get("inline_keyboard", [])
    return rows


@contextmanager
def serve_bot_api() -> Iterator[BotApi]:
    """Telegram on a port of this machine."""
    api = BotApi()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            data, files = _form(self.headers.get("Content-Type", ""), body)
            token, _, method = self.path.removeprefix("/bot").partition("/")
            if token != TOKEN:
                return self._send(Scripted.error(401, "Unauthorized"))
            return self._send(api.answer(method, data, files))

        def do_GET(self) -> None:
            name = self.path.rpartition("/")[2]
            if name not in api.files:
                return self._send(Scripted.error(404, "Not Found"))
            return self._send(Scripted(200, api.files[name]))

        def _send(self, answer: Any) -> None:
            scripted = answer if isinstance(answer, Scripted) else Scripted(200, answer)
            if scripted.body is None:
                self.close_connection = True
                return
            is_bytes = isinstance(scripted.body, bytes)
            content = scripted.body if is_bytes else json.dumps(scripted.body).encode()
            assert isinstance(content, bytes)
            self.send_response(scripted.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + api.ahead_s)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A desk that is stopped closes its lines in the middle."""

    server = Server(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


def _form(kind: str, body: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    if not kind.startswith("multipart/"):
        fields = parse_qs(body.decode(), keep_blank_values=True)
        return {name: values[0] for name, values in fields.items()}, {}
    whole = email.message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
    data: dict[str, Any] = {}
    files: dict[str, bytes] = {}
    for part in whole.walk():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if not isinstance(name, str) or not isinstance(content, bytes):
            continue
        if part.get_filename():
            files[name] = content
        else:
            data[name] = content.decode()
    return data, files
