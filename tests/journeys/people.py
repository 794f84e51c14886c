"""The people of the journeys: customers on the web channel and staff, all over real HTTP."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

ANSWERED_WITHIN_S = 40


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back on one line, as the customer sees it."""

    replies: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def buttons(self) -> list[str]:
        return [button["title"] for reply in self.replies for button in reply["buttons"]]

    @property
    def sources(self) -> list[dict[str, Any]]:
        return [source for reply in self.replies for source in reply["sources"]]

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [reply["card"] for reply in self.replies if reply["card"]]

    @property
    def read_back(self) -> dict[str, str]:
        """The fields of the read-back card, label to value; empty without one."""
        cards = [card for card in self.cards if card["type"] == "read_back"]
        return {each["label"]: each["value"] for card in cards for each in card["fields"]}

    @property
    def ticket_no(self) -> str:
        """The number on the ticket card; there must be exactly one."""
        (card,) = [card for card in self.cards if card["type"] == "ticket"]
        return str(card["no"])

    def offers(self) -> dict[str, str]:
        """Everything that can be pressed, by what it shows; 修改地址 is the card's own."""
        shown = {b["title"]: b["payload"] for reply in self.replies for b in reply["buttons"]}
        for card in self.cards:
            for each in card.get("fields", []):
                shown[f"修改{each['label']}"] = each["payload"]
        return shown


@dataclass(slots=True)
class Customer:
    """Somebody with a conversation of their own."""

    api: str
    conversation_id: str = ""
    token: str = ""
    last: Answer = field(default_factory=lambda: Answer([]))

    def __post_init__(self) -> None:
        if not self.conversation_id:
            with self._http() as http:
                opened = http.post(f"{self.api}/conversations", json={}).json()
            self.conversation_id, self.token = opened["conversation_id"], opened["token"]

    @property
    def url(self) -> str:
        return f"{self.api}/conversations/{self.conversation_id}"

    def says(self, text: str, *, message_id: str | None = None) -> Answer:
        """Send a line and wait for its answer."""
        return self._taken(self.posts({"text": text}, message_id=message_id))

    def presses(self, title: str, *, message_id: str | None = None) -> Answer:
        """Press something the last answer offers."""
        body = {"payload": self.last.offers()[title], "title": title}
        return self._taken(self.posts(body, message_id=message_id))

    def sends_photo(self, content: bytes, text: str = "", *, name: str = "照片.jpg") -> Answer:
        """Choose a photo and send it, with or without words."""
        with self._http() as http:
            chosen = http.post(f"{self.url}/attachments", params={"name": name}, content=content)
        assert chosen.status_code == 201, chosen.text
        files = [{"id": chosen.json()["id"], "name": name}]
        return self._taken(self.posts({"text": text, "attachments": files}))

    def is_asked(self, *, after: int) -> Answer:
        """Wait until the desk says something by itself."""
        with self.watching(after=after) as events:
            said = next(e.data for e in events if e.data.get("sender") == "system")
        self.last = Answer([said])
        return self.last

    def posts(self, body: dict[str, Any], *, message_id: str | None = None) -> httpx.Response:
        """Send a body as it is, with a message id if it has none."""
        whole = {"message_id": message_id or uuid.uuid4().hex, **body}
        with self._http() as http:
            return http.post(f"{self.url}/messages", json=whole)

    def posts_raw(self, content: bytes) -> httpx.Response:
        """Send bytes that say they are JSON."""
        headers = {"Content-Type": "application/json"}
        with self._http() as http:
            return http.post(f"{self.url}/messages", content=content, headers=headers)

    def history(self) -> list[dict[str, Any]]:
        """The lines so far, oldest first."""
        with self._http() as http:
            answer = http.get(f"{self.url}/messages")
        assert answer.status_code == 200, answer.text
        return list(answer.json()["messages"])

    @contextmanager
    def watching(self, *, after: int = 0, **headers: str) -> Iterator[Iterator["Event"]]:
        """The live events of this conversation, from now on and what was said after `after`."""
        url = f"{self.url}/events?after={after}"
        with self._http() as http, http.stream("GET", url, headers=headers) as response:
            assert response.status_code == 200
            yield events_in(response.iter_lines())

    def _taken(self, answer: httpx.Response) -> Answer:
        assert answer.status_code == 200, answer.text
        self.last = Answer(answer.json()["replies"])
        return self.last

    def _http(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return client(headers=headers)


@dataclass(slots=True)
class Staff:
    """Somebody who has signed in."""

    api: str
    token: str

    @classmethod
    def sign_in(cls, api: str, name: str, password: str) -> "Staff":
        body = {"name": name, "password": password}
        with client() as http:
            answer = http.post(f"{api}/sign-in", json=body)
        assert answer.status_code == 200, answer.text
        return cls(api, answer.json()["token"])

    def asks(self, path: str, **query: str) -> dict[str, Any]:
        """GET; must succeed."""
        answer = self.calls("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def ticket(self, no: str) -> dict[str, Any]:
        return self.asks(f"/tickets/{no}")

    def tickets_of(self, customer: Customer) -> list[dict[str, Any]]:
        """A customer's tickets, newest first."""
        return list(self.asks("/tickets", conversation_id=customer.conversation_id)["tickets"])

    def moves(self, no: str, state: str, *, note: str = "") -> dict[str, Any]:
        """Move a ticket on; must succeed."""
        answer = self.amends(no, state=state, note=note)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def amends(self, no: str, **change: Any) -> httpx.Response:
        """Change a ticket as it is now, as the page does."""
        body = {"version": self.ticket(no)["version"], **change}
        return self.calls("PATCH", f"/tickets/{no}", json=body)

    def calls(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        with client(headers=headers) as http:
            return http.request(method, f"{self.api}{path}", **more)


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event; `id` is the sequence number of a message."""

    name: str
    data: dict[str, Any]
    id: str | None


def client(**more: Any) -> httpx.Client:
    """A client for the desk on loopback."""
    # verify: reading the certificates takes longer than the call, and the call is plain HTTP
    return httpx.Client(trust_env=False, verify=False, timeout=ANSWERED_WITHIN_S, **more)


def by_people(ticket: dict[str, Any]) -> list[dict[str, Any]]:
    """The history without the desk's own lines.

    Customers of one test desk live in one estate: their faults become an outage at any time.
    """
    return [line for line in ticket["history"] if line["actor"] != "desk"]


def problem(answer: httpx.Response) -> tuple[int, str]:
    """Status and sentence of a problem; every one has a title and its own type."""
    body = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["type"].startswith("/problems/")
    assert body["title"]
    assert body["status"] == answer.status_code
    return answer.status_code, body["detail"]


def get(url: str, *, authorization: bytes = b"") -> httpx.Response:
    headers = {"Authorization": authorization} if authorization.strip() else {}
    with client(headers=headers) as http:
        return http.get(url)


def events_in(lines: Iterator[str]) -> Iterator[Event]:
    """Server-sent events in the lines of a stream; comments that keep it open are passed over."""
    end = time.monotonic() + ANSWERED_WITHIN_S
    got: dict[str, str] = {}
    for line in lines:
        assert time.monotonic() < end, f"no further event within {ANSWERED_WITHIN_S} s"
        if line:
            key, _, value = line.partition(": ")
            got[key] = value
        elif "data" in got:
            yield Event(got["event"], json.loads(got["data"]), got.get("id"))
            got = {}
