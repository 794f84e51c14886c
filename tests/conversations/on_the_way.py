"""Lines on their way: sent and not waited for, left behind by a killed process, or to a person."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from conversations.bot_client import Turn
from conversations.live import Event
from conversations.message import MAX_TEXT, Conversation, Incoming, Mode, Received, Reply
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.database import Database
from tests.conversations.scripted import Centre, Customer, EchoBot, WaitingBot

# only a test that is about to fail waits as long
PATIENCE_S = 20.0
# lines sent one after the other are well within it
WINDOW_S = 1.0
# a window that no test lives to see the end of
AN_AGE_S = 600.0
HALF = MAX_TEXT // 2


async def with_a_person(centre: Centre, database: Database, now: datetime) -> Customer:
    """A conversation that an agent has taken over."""
    taken = Conversation(
        conversation_id="lihua", profile="power", channel="web", mode=Mode.AGENT, opened_at=now
    )
    async with database.write() as connection:
        await ConversationStore(connection).add(taken, token_hash="hash")
    return Customer(centre.hub, centre.transcript, taken, "token")


def told(queue: asyncio.Queue[Event]) -> list[Event]:
    return [queue.get_nowait() for _ in range(queue.qsize())]


async def sent(customer: Customer, text: str, **more: str) -> asyncio.Task[Received]:
    """A line on its way: it is stored, and its answer is not waited for."""
    async with customer.hub.watch(customer.conversation.conversation_id) as events:
        task = asyncio.create_task(customer.leaves(text, **more))
        async with asyncio.timeout(PATIENCE_S):
            while (await events.get()).data.get("text") != text:
                pass
    return task


@asynccontextmanager
async def busy_with(bot: WaitingBot, customer: Customer) -> AsyncIterator[None]:
    """The bot works on a line of this customer; what is sent meanwhile waits."""
    slow = await sent(customer, "等一下")
    await bot.has_heard.wait()
    yield
    bot.may_answer.set()
    await slow


async def leave_unanswered(
    centre: Centre, customer: Customer, text: str, *, message_id: str = "left"
) -> None:
    """The process was killed right after it stored this line."""
    async with centre.database.write() as connection:
        await TurnStore(connection).add_incoming(
            customer.conversation.conversation_id,
            Incoming(message_id=message_id, text=text),
            at=centre.clock(),
        )


class PickyBot(EchoBot):
    """Dies of one word and answers the others."""

    async def answer(self, turn: Turn) -> list[Reply]:
        if "毒" in turn.text:
            raise ConnectionAbortedError("killed")
        return await super().answer(turn)


class FilingBot:
    """Acts once for every id, as the real one does; the process may be killed right after."""

    def __init__(self) -> None:
        self.filed: list[str] = []
        self.done: dict[str, list[Reply]] = {}
        self.is_killed_after = False

    async def answer(self, turn: Turn) -> list[Reply]:
        if turn.again and turn.message_id in self.done:
            return self.done[turn.message_id]
        self.filed.append(turn.text)
        self.done[turn.message_id] = [Reply(text=f"已登记：{turn.text}")]
        if self.is_killed_after:
            raise ConnectionAbortedError("killed")
        return self.done[turn.message_id]

    async def is_ready(self) -> bool:
        return True
