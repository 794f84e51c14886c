"""Photos sent in a chat: they wait for their ticket, find it once, and betray no informant."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from desk.database import Database
from tests.conftest import Clock
from tests.tickets.timed import TERMS, Centre
from tickets.attachment_files import AttachmentFiles
from tickets.attachment_service import AttachmentService
from tickets.attachments import (
    MAX_ATTACHMENTS,
    AttachmentNotFound,
    AttachmentRefused,
    AttachmentTooLarge,
    TooManyFiles,
)
from tickets.sent_file_service import SentFiles
from tickets.sent_file_store import SentFileStore
from tickets.ticket import Kind, State

pytestmark = pytest.mark.each_database

FILES = Path(__file__).parent / "files"
PHOTO = (FILES / "meter.jpg").read_bytes()
LIHUA, WANGWEI = "lihua", "wangwei"


class Chat:
    """Customers who send photos, and the tickets of the centre."""

    def __init__(self, database: Database, clock: Clock, folder: Path) -> None:
        self.database, self.clock = database, clock
        files = AttachmentFiles(folder)
        parts = {"write": database.write, "read": database.read, "clock": clock}
        self.files = SentFiles(files=files, **parts)  # type: ignore[arg-type]
        self.attachments = AttachmentService(files=files, **parts)  # type: ignore[arg-type]
        self.centre = Centre(database, clock, TERMS)
        self.lines = 0

    async def sends(self, who: str, content: bytes = PHOTO, name: str = "电表.jpg") -> None:
        """Choose a photo and send it with a line."""
        chosen = await self.files.add(who, content, name=name)
        self.lines += 1
        async with self.database.write() as connection:
            await SentFileStore(connection).send(
                who, f"line-{self.lines}", [chosen.file_id], at=self.clock()
            )

    async def files_of(self, no: str) -> list[str]:
        """The names of the files on a ticket."""
        return [each.name for each in await self.attachments.list_attachments(no)]

    async def registers(self, key: str, kind: Kind = Kind.FAULT, who: str | None = LIHUA) -> str:
        return (await self.centre.register(key, kind=kind, conversation_id=who)).no


@pytest.fixture
def chat(database: Database, clock: Clock, tmp_path: Path) -> Chat:
    return Chat(database, clock, tmp_path / "attachments")


def another(number: int) -> bytes:
    """A photo that is like no other."""
    return PHOTO + str(number).encode()


class TestAdd:
    async def test_keeps_what_was_chosen(self, chat: Chat) -> None:
        chosen = await chat.files.add(LIHUA, PHOTO, name="../../电表.exe")

        kept, content = await chat.files.read(LIHUA, chosen.file_id)
        assert (kept.name, kept.media_type, kept.size) == ("电表.exe.jpg", "image/jpeg", len(PHOTO))
        assert content == PHOTO

    async def test_refuses_what_only_calls_itself_a_photo(self, chat: Chat) -> None:
        with pytest.raises(AttachmentRefused):
            await chat.files.add(LIHUA, b"MZ\x90\x00 an executable", name="电表.jpg")

    async def test_refuses_more_than_ten_megabytes(self, chat: Chat) -> None:
        with pytest.raises(AttachmentTooLarge):
            await chat.files.add(LIHUA, PHOTO + b"\0" * 10 * 1024 * 1024, name="电表.jpg")

    async def test_takes_the_same_photo_chosen_twice_for_one(self, chat: Chat) -> None:
        chosen = await asyncio.gather(
            *(chat.files.add(LIHUA, PHOTO, name="电表.jpg") for _ in range(4))
        )

        assert len({each.file_id for each in chosen}) == 1

    async def test_refuses_more_than_a_conversation_may_hold(self, chat: Chat) -> None:
        for number in range(MAX_ATTACHMENTS):
            await chat.files.add(LIHUA, another(number), name="")

        with pytest.raises(TooManyFiles):
            await chat.files.add(LIHUA, PHOTO, name="")
        await chat.files.add(WANGWEI, PHOTO, name="")

    async def test_shows_nobody_the_photo_of_another(self, chat: Chat) -> None:
        chosen = await chat.files.add(LIHUA, PHOTO, name="")

        with pytest.raises(AttachmentNotFound):
            await chat.files.read(WANGWEI, chosen.file_id)


class TestRegister:
    async def test_takes_what_was_sent_in_its_conversation(self, chat: Chat) -> None:
        await chat.sends(LIHUA)
        await chat.sends(WANGWEI, name="别人的.jpg")

        no = await chat.registers("1")

        assert await chat.files_of(no) == ["电表.jpg"]
        assert not await chat.files.has_waiting(LIHUA)

    async def test_takes_it_once_when_the_same_request_comes_twice_at_once(
        self, chat: Chat
    ) -> None:
        await chat.sends(LIHUA)

        nos = await asyncio.gather(*(chat.registers("1") for _ in range(4)))

        assert len(set(nos)) == 1
        assert await chat.files_of(nos[0]) == ["电表.jpg"]

    async def test_leaves_what_was_chosen_and_not_sent(self, chat: Chat) -> None:
        await chat.files.add(LIHUA, PHOTO, name="")

        assert await chat.files_of(await chat.registers("1")) == []

    async def test_leaves_what_was_sent_days_ago(self, chat: Chat) -> None:
        await chat.sends(LIHUA)
        chat.clock.move(timedelta(days=2))

        assert await chat.files_of(await chat.registers("1")) == []

    async def test_takes_the_same_photo_again_for_another_matter(self, chat: Chat) -> None:
        await chat.sends(LIHUA)
        first = await chat.registers("1")
        await chat.sends(LIHUA)

        second = await chat.registers("2", Kind.COMPLAINT)

        assert await chat.files_of(first) == await chat.files_of(second) == ["电表.jpg"]

    async def test_of_a_call_takes_nothing(self, chat: Chat) -> None:
        await chat.sends(LIHUA)

        assert await chat.files_of(await chat.registers("1", who=None)) == []


class TestSettle:
    async def test_puts_it_on_the_newest_open_ticket(self, chat: Chat) -> None:
        old = await chat.registers("1")
        chat.clock.move(timedelta(minutes=5))
        new = await chat.registers("2", Kind.COMPLAINT)
        await chat.sends(LIHUA)

        assert await chat.files.settle(LIHUA) == new

        assert (await chat.files_of(old), await chat.files_of(new)) == ([], ["电表.jpg"])

    async def test_waits_when_there_is_no_open_ticket(self, chat: Chat) -> None:
        no = await chat.registers("1")
        await chat.centre.apply(no, state=State.WITHDRAWN, note="来电了")
        await chat.sends(LIHUA)

        assert await chat.files.settle(LIHUA) is None
        assert await chat.files.has_waiting(LIHUA)

    async def test_leaves_what_is_held_for_something_being_told(self, chat: Chat) -> None:
        await chat.registers("1")
        await chat.sends(LIHUA)
        await chat.files.hold(LIHUA, Kind.COMPLAINT)

        assert await chat.files.settle(LIHUA) is None
        assert await chat.files_of(await chat.registers("2", Kind.COMPLAINT)) == ["电表.jpg"]

    async def test_gives_what_an_informant_sent_to_no_other_ticket(self, chat: Chat) -> None:
        await chat.sends(LIHUA)
        await chat.files.hold(LIHUA, Kind.REPORT)

        fault = await chat.registers("1")
        report = await chat.registers("2", Kind.REPORT)

        assert (await chat.files_of(fault), await chat.files_of(report)) == ([], ["电表.jpg"])

    async def test_puts_no_more_on_a_ticket_than_it_may_hold(self, chat: Chat) -> None:
        no = await chat.registers("1")
        for number in range(MAX_ATTACHMENTS):
            await chat.attachments.add(no, another(number), name="", actor="小李")
        await chat.sends(LIHUA)

        assert await chat.files.settle(LIHUA) is None
        assert len(await chat.files_of(no)) == MAX_ATTACHMENTS
