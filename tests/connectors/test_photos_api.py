"""A customer's photos go in and come out, for themselves and the staff, and reach their ticket."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from conversations.people import Role
from tests.connectors.conftest import Colleague, Customer, Doors, Hiring, Opening, problem_of
from tickets.store import NewTicket
from tickets.ticket import Kind, spoken_number

FILES = Path(__file__).parent.parent / "tickets" / "files"
PHOTO = (FILES / "meter.jpg").read_bytes()


async def choose(
    customer: Customer, content: Any = PHOTO, name: str = "电表.jpg"
) -> httpx.Response:
    return await customer.http.post(
        f"{customer.path}/attachments",
        params={"name": name},
        content=content,
        headers=customer.headers,
    )


async def send(
    customer: Customer, chosen: httpx.Response, text: str = "", message_id: str = "photo"
) -> httpx.Response:
    files = [{"id": chosen.json()["id"], "name": "电表.jpg"}]
    return await customer.send({"message_id": message_id, "text": text, "attachments": files})


async def fetch(customer: Customer, file_id: int) -> httpx.Response:
    path = f"{customer.path}/attachments/{file_id}"
    return await customer.http.get(path, headers=customer.headers)


async def file_fault(doors: Doors, customer: Customer, kind: Kind = Kind.FAULT) -> str:
    new = NewTicket(
        request_key=f"{customer.conversation_id}:{kind}",
        profile="power",
        kind=kind,
        conversation_id=customer.conversation_id,
        fields={},
    )
    return (await doors.tickets.register(new, actor="bot")).no


class TestChoose:
    async def test_keeps_a_photo_of_ones_own(self, customer: Customer) -> None:
        chosen = await choose(customer)

        assert chosen.status_code == 201
        assert chosen.json() == {
            "id": chosen.json()["id"],
            "name": "电表.jpg",
            "type": "image/jpeg",
            "size": len(PHOTO),
        }
        came = await fetch(customer, chosen.json()["id"])
        assert came.content == PHOTO
        assert came.headers["x-content-type-options"] == "nosniff"
        assert came.headers["content-disposition"].startswith("attachment")

    async def test_shows_it_to_no_other_customer(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        chosen, stranger = await choose(customer), await open_conversation()

        assert (await fetch(stranger, chosen.json()["id"])).status_code == 404
        theirs = Customer(customer.http, customer.conversation_id, stranger.token)
        assert (await fetch(theirs, chosen.json()["id"])).status_code == 404

    @pytest.mark.parametrize(
        ("content", "status", "kind"),
        [
            (b"MZ\x90\x00" + b"\0" * 400, 415, "AttachmentRefused"),
            (b"<svg onload='alert(1)'/>", 415, "AttachmentRefused"),
            (b"", 415, "AttachmentRefused"),
            (PHOTO + b"\0" * 50 * 1024 * 1024, 413, "AttachmentTooLarge"),
        ],
        ids=["a program", "a drawing with a script", "nothing", "fifty megabytes"],
    )
    async def test_refuses_what_is_no_photo_or_too_large(
        self, customer: Customer, content: bytes, status: int, kind: str
    ) -> None:
        refused = await choose(customer, content)

        assert refused.status_code == status
        assert problem_of(refused)["type"] == f"/problems/{kind}"


class TestSend:
    async def test_shows_the_photo_under_its_line_afterwards(self, customer: Customer) -> None:
        chosen = await choose(customer)

        assert (await send(customer, chosen, "电表冒烟")).status_code == 200

        line = (await customer.lines())[0]
        assert line["attachments"] == [chosen.json()]

    async def test_is_done_once_when_the_line_comes_twice(self, customer: Customer) -> None:
        chosen = await choose(customer)

        first, second = [await send(customer, chosen) for _ in range(2)]

        assert first.json() == second.json()
        assert second.status_code == 200

    async def test_refuses_a_photo_of_another_and_stores_no_line(
        self, customer: Customer, open_conversation: Opening
    ) -> None:
        stranger, chosen = await open_conversation(), await choose(customer)

        refused = await send(stranger, chosen, "看看")

        assert problem_of(refused)["type"] == "/problems/FileNotSent"
        assert await stranger.lines() == []
        assert (await send(customer, chosen)).status_code == 200

    async def test_refuses_one_that_was_sent_with_another_line(self, customer: Customer) -> None:
        chosen = await choose(customer)
        await send(customer, chosen)

        refused = await send(customer, chosen, message_id="another line")

        assert refused.status_code == 422


class TestReachesItsTicket:
    async def test_that_is_filed_later(
        self, customer: Customer, doors: Doors, agent: Colleague
    ) -> None:
        said = await send(customer, await choose(customer))
        assert "登记时会附在工单上" in said.json()["replies"][0]["text"]

        no = await file_fault(doors, customer)

        (file,) = (await agent.get(f"/tickets/{no}/attachments")).json()["attachments"]
        assert (file["name"], file["added_by"]) == ("电表.jpg", "customer")

    async def test_that_is_open(self, customer: Customer, doors: Doors, agent: Colleague) -> None:
        no = await file_fault(doors, customer)

        said = await send(customer, await choose(customer))

        assert spoken_number(no) in said.json()["replies"][0]["text"]
        assert len((await agent.get(f"/tickets/{no}/attachments")).json()["attachments"]) == 1

    async def test_also_with_words_of_danger(
        self, customer: Customer, doors: Doors, agent: Colleague
    ) -> None:
        await send(customer, await choose(customer), "电线断了掉在路上")

        (ticket,) = await doors.tickets.list_tickets(kind=Kind.EMERGENCY)
        files = (await agent.get(f"/tickets/{ticket.no}/attachments")).json()["attachments"]
        assert len(files) == 1

    async def test_while_the_bot_is_away_only_when_one_is_filed(
        self, customer: Customer, doors: Doors
    ) -> None:
        await file_fault(doors, customer)
        doors.bot.is_away = True

        await send(customer, await choose(customer))

        # what was being told when the bot went away is not known
        assert await doors.sent_files.has_waiting(customer.conversation_id)


class TestStaff:
    async def test_see_a_photo_of_a_conversation(
        self, customer: Customer, agent: Colleague
    ) -> None:
        chosen = await choose(customer)
        path = f"/staff{customer.path}/attachments/{chosen.json()['id']}"

        assert (await agent.get(path)).content == PHOTO

    async def test_who_may_not_see_tickets_do_not(self, customer: Customer, hire: Hiring) -> None:
        trainer = await hire("周老师", Role.TRAINER)
        chosen = await choose(customer)

        seen = await trainer.get(f"/staff{customer.path}/attachments/{chosen.json()['id']}")

        assert seen.status_code == 403
