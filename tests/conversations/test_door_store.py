"""Who is written to next: the most urgent, then who has waited longest."""

import pytest

from conversations.door import AT_ONCE, NEWS_AT_ONCE, Chat, Haste, has_room
from conversations.door_store import DoorStore
from conversations.handover import EMERGENCY
from conversations.message import Reply, Sender
from conversations.store import ConversationStore
from desk.database import Database
from tests.conftest import Clock

pytestmark = pytest.mark.each_database

WARNING = Reply(text="请立即撤离", card={"type": EMERGENCY})


async def say(database: Database, clock: Clock, who: str, sender: Sender, reply: Reply) -> None:
    """The desk says something to a customer, whose chat begins with it."""
    async with database.write() as connection:
        doors = DoorStore(connection)
        if await doors.find_chat("telegram", who) is None:
            await doors.add_chat(Chat(channel="telegram", address=who, conversation_id=who))
        await ConversationStore(connection).add_line(who, sender, reply, {}, at=clock())


async def due(database: Database, clock: Clock, **more: object) -> list[tuple[str, Haste]]:
    async with database.read() as connection:
        found = await DoorStore(connection).list_due(["telegram"], now=clock(), **more)  # type: ignore[arg-type]
    return [(chat.address, haste) for chat, haste in found]


class TestListDue:
    async def test_gives_dangers_before_answers_before_news_and_the_oldest_first(
        self, database: Database, clock: Clock
    ) -> None:
        news, answer = Reply(text="已恢复供电"), Reply(text="您好")
        await say(database, clock, "news", Sender.SYSTEM, news)
        await say(database, clock, "answer 1", Sender.BOT, answer)
        await say(database, clock, "answer 2", Sender.AGENT, answer)
        # what tells of the danger stands behind news of before
        await say(database, clock, "danger", Sender.SYSTEM, news)
        await say(database, clock, "danger", Sender.BOT, WARNING)

        assert await due(database, clock) == [
            ("danger", Haste.DANGER),
            ("answer 1", Haste.ANSWER),
            ("answer 2", Haste.ANSWER),
            ("news", Haste.NEWS),
        ]

    async def test_leaves_out_who_is_written_to_and_who_has_got_everything(
        self, database: Database, clock: Clock
    ) -> None:
        for who in ("busy", "has it", "waits"):
            await say(database, clock, who, Sender.BOT, WARNING)
        async with database.write() as connection:
            await DoorStore(connection).pass_line("has it", 2)

        assert await due(database, clock, but=["busy"]) == [("waits", Haste.DANGER)]


class TestRoom:
    @pytest.mark.parametrize(
        ("haste", "busy", "is_room"),
        [
            (Haste.NEWS, NEWS_AT_ONCE - 1, True),
            (Haste.NEWS, NEWS_AT_ONCE, False),
            (Haste.ANSWER, NEWS_AT_ONCE, True),
            (Haste.ANSWER, AT_ONCE, False),
            (Haste.DANGER, AT_ONCE, True),
        ],
    )
    def test_is_left_by_news_for_answers_and_by_all_for_a_danger(
        self, haste: Haste, busy: int, is_room: bool
    ) -> None:
        assert has_room(haste, busy) is is_room
