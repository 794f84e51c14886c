"""Photos and papers of a ticket go in and come out, for those who may see the ticket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from conversations.people import Role
from tests.connectors.conftest import Colleague, Hiring, problem_of
from tests.connectors.test_staff_api import FAULT, REPORT, registered
from tickets.attachments import MAX_ATTACHMENTS

FILES = Path(__file__).parent.parent / "tickets" / "files"
PHOTO = (FILES / "meter.jpg").read_bytes()
MEGABYTE = b"\0" * 1024 * 1024


async def send(
    colleague: Colleague, no: str, content: Any, name: str = "电表.jpg"
) -> httpx.Response:
    return await colleague.http.post(
        f"/tickets/{no}/attachments",
        params={"name": name},
        content=content,
        headers={"Authorization": f"Bearer {colleague.token}"},
    )


async def files_of(colleague: Colleague, no: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await colleague.get(f"/tickets/{no}/attachments")).json()[
        "attachments"
    ]
    return found


@pytest.fixture
async def no(agent: Colleague) -> str:
    """A fault that was just taken down."""
    return str((await registered(agent, FAULT))["no"])


class TestAttach:
    async def test_keeps_a_photo_with_who_sent_it(self, agent: Colleague, no: str) -> None:
        sent = await send(agent, no, PHOTO)

        assert sent.status_code == 201
        (kept,) = await files_of(agent, no)
        assert kept == sent.json()
        assert (kept["name"], kept["type"], kept["size"]) == ("电表.jpg", "image/jpeg", len(PHOTO))
        assert kept["added_by"] == "小李"

    async def test_takes_the_same_photo_sent_twice_at_once_for_one(
        self, agent: Colleague, no: str
    ) -> None:
        sent = await asyncio.gather(*(send(agent, no, PHOTO) for _ in range(4)))

        assert {each.json()["id"] for each in sent} == {(await files_of(agent, no))[0]["id"]}

    async def test_refuses_a_page_that_calls_itself_a_photo(
        self, agent: Colleague, no: str
    ) -> None:
        refused = await send(agent, no, b"<html><script>alert(1)</script>", "电表.jpg")

        assert (problem_of(refused)["type"], refused.status_code) == (
            "/problems/AttachmentRefused",
            415,
        )
        assert await files_of(agent, no) == []

    async def test_stops_reading_fifty_megabytes_after_ten(self, agent: Colleague, no: str) -> None:
        read = 0

        async def film() -> AsyncIterator[bytes]:
            nonlocal read
            for _ in range(50):
                read += 1
                yield MEGABYTE

        refused = await send(agent, no, film())

        assert refused.status_code == 413
        assert problem_of(refused)["limit_mb"] == 10
        assert read <= 11

    async def test_refuses_what_is_announced_too_large_without_reading(
        self, agent: Colleague, no: str
    ) -> None:
        async def film() -> AsyncIterator[bytes]:
            raise AssertionError("somebody read it")
            yield b""

        refused = await agent.http.post(
            f"/tickets/{no}/attachments",
            content=film(),
            headers={
                "Authorization": f"Bearer {agent.token}",
                "Content-Length": str(50 * len(MEGABYTE)),
            },
        )

        assert refused.status_code == 413

    async def test_takes_only_so_many_and_keeps_nothing_of_the_next(
        self, agent: Colleague, no: str, tmp_path: Path
    ) -> None:
        for number in range(MAX_ATTACHMENTS):
            assert (await send(agent, no, PHOTO + bytes([number]))).status_code == 201

        refused = await send(agent, no, PHOTO + b"one more")
        again = await send(agent, no, PHOTO + bytes([0]))

        assert problem_of(refused)["type"] == "/problems/TooManyAttachments"
        assert again.status_code == 201
        kept = [file for file in (tmp_path / "attachments").rglob("*") if file.is_file()]
        assert len(kept) == MAX_ATTACHMENTS


class TestFetch:
    async def test_gives_back_the_very_bytes_to_be_saved_and_never_shown(
        self, agent: Colleague, no: str
    ) -> None:
        name = '电表"; filename=a.html'
        kept = (await send(agent, no, PHOTO, name)).json()

        file = await agent.get(f"/tickets/{no}/attachments/{kept['id']}")

        assert file.content == PHOTO
        assert file.headers["content-type"] == "image/jpeg"
        assert file.headers["x-content-type-options"] == "nosniff"
        disposition = file.headers["content-disposition"]
        assert disposition.startswith("attachment; filename*=UTF-8''")
        assert unquote(disposition.partition("''")[2]) == kept["name"]
        assert '"' not in disposition
        assert ";" not in disposition.partition("''")[2]

    async def test_has_nothing_of_another_ticket(self, agent: Colleague, no: str) -> None:
        other = (await registered(agent, {**FAULT, "request_key": "来电-9"}))["no"]
        kept = (await send(agent, no, PHOTO)).json()

        missing = await agent.get(f"/tickets/{other}/attachments/{kept['id']}")

        assert problem_of(missing)["type"] == "/problems/AttachmentNotFound"

    @pytest.mark.parametrize("attachment_id", [0, -1, 2**31, 2**63])
    async def test_has_nothing_under_a_number_nobody_gave(
        self, agent: Colleague, no: str, attachment_id: int
    ) -> None:
        missing = await agent.get(f"/tickets/{no}/attachments/{attachment_id}")

        assert missing.status_code == 404


class TestDoor:
    async def test_is_closed_to_trainers(self, hire: Hiring, no: str) -> None:
        trainer = await hire("小陈", Role.TRAINER)

        for answer in (
            await send(trainer, no, PHOTO),
            await trainer.get(f"/tickets/{no}/attachments"),
        ):
            assert answer.status_code == 403

    async def test_hides_the_files_of_a_report(
        self, agent: Colleague, supervisor: Colleague
    ) -> None:
        report = (await registered(supervisor, REPORT))["no"]
        kept = (await send(supervisor, report, PHOTO)).json()

        hidden = await agent.get(f"/tickets/{report}/attachments/{kept['id']}")

        assert problem_of(hidden)["type"] == "/problems/TicketNotFound"

    async def test_lets_no_customer_in(self, http: httpx.AsyncClient, no: str) -> None:
        refused = await http.post(f"/tickets/{no}/attachments", content=PHOTO)

        assert refused.status_code == 401
