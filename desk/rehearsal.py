"""Scripted customers against a running centre, over its public API alone."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from desk.rehearsal_script import OneOrMore, Rehearsal, Step, TicketExpected

API = "/api/v1"
# lines of a burst follow each other as fast as somebody hits the return key
BETWEEN_LINES_S = 0.1
ANSWER_WITHIN_S = 60.0
# why a rehearsal looks at who informed, as it stands on record
WHY = "排练：核对登记的内容"


@dataclass(slots=True)
class Outcome:
    """How a script went: what went wrong, and what was said."""

    rehearsal: Rehearsal
    faults: list[str] = field(default_factory=list)
    transcript: list[str] = field(default_factory=list)


async def rehearse(
    rehearsals: Sequence[Rehearsal],
    *,
    url: str,
    staff_token: str,
    at_once: int,
    told: Callable[[Outcome], None],
) -> list[Outcome]:
    """Play every script, `at_once` at a time; `told` hears of each as it ends."""
    gate = asyncio.Semaphore(at_once)

    async with httpx.AsyncClient(
        base_url=f"{url}{API}", timeout=ANSWER_WITHIN_S, trust_env=False
    ) as client:

        async def play(rehearsal: Rehearsal) -> Outcome:
            async with gate:
                outcome = await _Customer(client, staff_token, rehearsal).play()
            told(outcome)
            return outcome

        return await asyncio.gather(*(play(each) for each in rehearsals))


class _Customer:
    def __init__(self, client: httpx.AsyncClient, staff_token: str, rehearsal: Rehearsal) -> None:
        self._client, self._rehearsal = client, rehearsal
        self._staff = {"Authorization": f"Bearer {staff_token}"}
        self._outcome = Outcome(rehearsal)
        self._own: dict[str, str] = {}
        self._conversation_id = ""
        self._replies: list[dict[str, Any]] = []
        self._buttons: dict[str, str] = {}

    async def play(self) -> Outcome:
        script = self._rehearsal.script
        try:
            opened = await self._client.post("/conversations", json={"profile": script.profile})
            opened.raise_for_status()
            self._conversation_id = opened.json()["conversation_id"]
            self._own = {"Authorization": f"Bearer {opened.json()['token']}"}
            for step, line in zip(script.steps, self._rehearsal.lines, strict=True):
                faults = await self._do(step)
                self._outcome.faults += [
                    f"{self._rehearsal.path}:{line}: {each}" for each in faults
                ]
                if faults:
                    # what follows would only tell of the same fault again
                    break
        except httpx.HTTPError as error:
            self._outcome.faults.append(f"{self._rehearsal.path}: the centre failed: {error!r}")
        return self._outcome

    async def _do(self, step: Step) -> list[str]:
        if step.wait is not None:
            await asyncio.sleep(step.wait)
        bodies = self._bodies(step)
        if bodies is None:
            return [f"there is no button {step.press!r}; there are: {', '.join(self._buttons)}"]
        if bodies:
            await self._send(bodies)
        faults = self._check_said(step)
        if step.expect_ticket is not None or step.expect_tickets is not None:
            faults += await self._check_tickets(step)
        return faults

    def _bodies(self, step: Step) -> list[dict[str, Any]] | None:
        if step.press is not None:
            payload = self._buttons.get(step.press)
            return [{"payload": payload, "title": step.press}] if payload else None
        if step.location is not None:
            return [{"location": step.location.model_dump()}]
        if step.photo is not None:
            return [{"text": step.photo, "attachments": [{"kind": "photo"}]}]
        return [{"text": text} for text in _listed(step.say)]

    async def _send(self, bodies: list[dict[str, Any]]) -> None:
        async def post(place: int, body: dict[str, Any]) -> list[dict[str, Any]]:
            await asyncio.sleep(place * BETWEEN_LINES_S)
            answer = await self._client.post(
                f"/conversations/{self._conversation_id}/messages",
                json={"message_id": secrets.token_hex(8), **body},
                headers=self._own,
            )
            if answer.is_client_error:
                # a refusal is what this customer reads
                return [{"seq": 0, "text": answer.json().get("detail", answer.text)}]
            answer.raise_for_status()
            return list(answer.json()["replies"])

        for body in bodies:
            said = body.get("text") or body.get("title") or body.get("location")
            self._outcome.transcript.append(f"客户：{said}")
        answered = await asyncio.gather(*(post(place, body) for place, body in enumerate(bodies)))
        self._replies = [reply for replies in answered for reply in replies]
        self._buttons = {}
        for reply in self._replies:
            self._outcome.transcript.append(f"  坐席伴：{reply['text']}")
            offers = reply.get("buttons") or []
            fields = (reply.get("card") or {}).get("fields", [])
            self._buttons |= {offer["title"]: offer["payload"] for offer in offers}
            self._buttons |= {f"修改{each['label']}": each["payload"] for each in fields}

    def _check_said(self, step: Step) -> list[str]:
        said = "\n".join(reply["text"] for reply in self._replies)
        wanted = [step.expect] if isinstance(step.expect, str) else step.expect
        faults = [
            f"expected {' or '.join(map(repr, _listed(text)))} in the answer: {said!r}"
            for text in wanted
            if not any(each in said for each in _listed(text))
        ]
        faults += [
            f"did not expect {text!r} in the answer: {said!r}"
            for text in _listed(step.expect_not)
            if text in said
        ]
        faults += [
            f"expected a button {title!r}; there are: {', '.join(self._buttons)}"
            for title in _listed(step.expect_buttons)
            if title not in self._buttons
        ]
        return faults

    async def _opened(self, ticket: dict[str, Any]) -> dict[str, Any]:
        """The ticket with what is sealed of an informant; the look goes on record."""
        if ticket["kind"] != "report":
            return ticket
        answer = await self._client.post(
            f"/tickets/{ticket['no']}/informant", json={"reason": WHY}, headers=self._staff
        )
        answer.raise_for_status()
        return {**ticket, "fields": answer.json()["fields"]}

    async def _check_tickets(self, step: Step) -> list[str]:
        answer = await self._client.get(
            "/tickets", params={"conversation_id": self._conversation_id}, headers=self._staff
        )
        answer.raise_for_status()
        tickets = [await self._opened(ticket) for ticket in answer.json()["tickets"]]
        kinds = [ticket["kind"] for ticket in tickets]
        if step.expect_tickets is not None and len(tickets) != step.expect_tickets:
            return [f"expected {step.expect_tickets} tickets, there are {len(tickets)}: {kinds}"]
        if step.expect_ticket is None:
            return []
        expected = step.expect_ticket
        found = next((each for each in tickets if expected.kind in {None, each["kind"]}), None)
        if found is None:
            return [f"expected a ticket {expected.kind or ''}; there are: {kinds}"]
        return list(_differences(expected, found))


def _differences(expected: TicketExpected, ticket: dict[str, Any]) -> list[str]:
    fields = ticket["fields"]
    faults = [
        f"the ticket's {name} is {ticket[name]!r}, expected {value!r}"
        for name, value in (("state", expected.state), ("urgent", expected.urgent))
        if value is not None and ticket[name] != value
    ]
    faults += [
        f"the ticket's field {name} is {fields.get(name)!r}, expected {value!r}"
        for name, value in expected.fields.items()
        if fields.get(name) != value
    ]
    faults += [
        f"the ticket's field {name} is {fields.get(name)!r}, expected {text!r} in it"
        for name, texts in expected.contains.items()
        for text in _listed(texts)
        if text not in fields.get(name, "")
    ]
    faults += [f"the ticket has a field {name}" for name in expected.without if name in fields]
    return faults


def _listed(texts: OneOrMore | None) -> list[str]:
    if texts is None:
        return []
    return [texts] if isinstance(texts, str) else texts
