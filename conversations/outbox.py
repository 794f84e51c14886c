"""Lines of the desk on their way to customers who write elsewhere.

The conversation itself is the outbox: whoever says something stores it there, and a chat knows
how far its customer has got. So nothing can be said and not be sent, whoever says it.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from conversations.door import (
    Chat,
    Connector,
    CustomerGone,
    DeliveryError,
    FarSideAway,
    LineRefused,
    OutFile,
    Part,
    ShowsTyping,
    has_room,
    wait_before,
)
from conversations.door_store import Delivery, DoorStore, State
from conversations.door_words import DoorWords
from conversations.live import DESK, Event, Live
from conversations.message import FILE_MARK, Message, Sender
from conversations.parts import parts_of
from conversations.store import ConversationStore
from tickets.attachments import AttachmentNotFound
from tickets.keeping import Transaction
from tickets.sent_file_service import SentFiles

log = logging.getLogger(__name__)

LOOK_AGAIN_S, LOOK_SOON_S = 1.0, 0.25
CLOSE_WITHIN_S = 3.0
# a line of this age that failed so often is given up: what it says is old by now
LONGEST_TRIED, FEWEST_TRIES = timedelta(hours=24), 10
NOTE_AGAIN_S = (0.5, 2.0, 10.0)


class Outbox:
    """Sends what the desk said, in order, until it has arrived or never will."""

    def __init__(
        self,
        *,
        live: Live,
        words: DoorWords,
        files: SentFiles,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._live, self._words, self._files = live, words, files
        self._write, self._read, self._clock = write, read, clock
        self._busy: dict[str, asyncio.Task[None]] = {}
        self._typing: set[asyncio.Task[None]] = set()
        self._is_closing = False
        # when all chats are looked at again, by the clock of the event loop
        self._look_at = 0.0

    async def run(self, connectors: Mapping[str, Connector]) -> None:
        """Send what waits and what comes, until cancelled."""
        self._is_closing = False
        try:
            async with self._live.watch_all() as events:
                only = None
                while True:
                    try:
                        await self._look(connectors, only)
                    except Exception:
                        log.exception("the outbox could not be looked at; tried again in a moment")
                    only = await self._next(events, connectors)
        finally:
            # what is on its way now is noted before we go, or it would arrive twice
            self._is_closing = True
            left = [*self._busy.values(), *self._typing]
            if left:
                await asyncio.wait(left, timeout=CLOSE_WITHIN_S)
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _next(
        self, events: asyncio.Queue[tuple[str, Event]], connectors: Mapping[str, Connector]
    ) -> str | None:
        """The conversation in which a line was said; None when it is time to look at all.

        Something may have been put off, or said by another process.
        """
        clock = asyncio.get_running_loop().time
        while (rest := self._look_at - clock()) > 0:
            try:
                # not wait_for, which in Python 3.11 may swallow that it was cancelled
                async with asyncio.timeout(rest):
                    conversation_id, event = await events.get()
            except TimeoutError:
                break
            if event.name == "message":
                return conversation_id
            if event.name == "typing" and event.data.get("on"):
                task = asyncio.create_task(self._show_typing(conversation_id, connectors))
                self._typing.add(task)
                task.add_done_callback(self._typing.discard)
        self._look_at = clock() + LOOK_AGAIN_S
        return None

    async def _show_typing(self, conversation_id: str, connectors: Mapping[str, Connector]) -> None:
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat_of(conversation_id)
        connector = connectors.get(chat.channel) if chat else None
        if chat is not None and isinstance(connector, ShowsTyping):
            await connector.show_typing(chat.address)

    async def _look(self, connectors: Mapping[str, Connector], only: str | None) -> None:
        async with self._read() as connection:
            due = await DoorStore(connection).list_due(
                list(connectors), now=self._clock(), only=only, but=list(self._busy)
            )
        for chat, haste in due:
            if chat.conversation_id in self._busy:
                continue
            if not has_room(haste, len(self._busy)):
                # who has waited longest, or needs it most, is found when there is room again
                soon = asyncio.get_running_loop().time() + LOOK_SOON_S
                self._look_at = min(self._look_at, soon)
                break
            task = asyncio.create_task(self._send_to(connectors[chat.channel], chat))
            self._busy[chat.conversation_id] = task

    async def _send_to(self, connector: Connector, chat: Chat) -> None:
        """One customer's lines, until none is left or one must wait."""
        try:
            while await self._send_next(connector, chat.conversation_id):
                pass
        except Exception:
            log.exception("conversation %s: a line could not be sent", chat.conversation_id)
            await self._put_off(chat, None)
        finally:
            del self._busy[chat.conversation_id]

    async def _send_next(self, connector: Connector, conversation_id: str) -> bool:
        async with self._read() as connection:
            doors = DoorStore(connection)
            chat = await doors.find_chat_of(conversation_id)
            assert chat is not None, "a chat that was due is gone"
            line = await ConversationStore(connection).find_next_to_send(
                conversation_id, after=chat.delivered_seq
            )
            if line is None:
                return False
            done = {
                each.part for each in await doors.list_deliveries(conversation_id, seq=line.seq)
            }
        try:
            return await self._send_line(connector, chat, line, done)
        except Exception as error:
            if not self._is_tried_enough(chat, line):
                raise
            # a fault of our own, such as a file that the disk does not give
            log.exception("conversation %s: a line is given up", conversation_id)
            failed = LineRefused(f"the desk cannot send it: {type(error).__name__}")
            await self._fail(chat, line, max(done, default=-1) + 1, failed)
            await self._pass(line)
            return True

    async def _send_line(
        self, connector: Connector, chat: Chat, line: Message, done: Set[int]
    ) -> bool:
        """Send the parts of a line that are not `done`; whether the next line may go."""
        parts = parts_of(line, connector.abilities, self._words, files=await self._files_of(line))
        for number, part in enumerate(parts):
            if self._is_closing:
                return False
            if number not in done and not await self._send(connector, chat, line, number, part):
                return False
        await self._pass(line)
        return True

    async def _pass(self, line: Message) -> None:
        async with self._write() as connection:
            await DoorStore(connection).pass_line(line.conversation_id, line.seq)

    async def _files_of(self, line: Message) -> Sequence[OutFile]:
        """What an agent sent with a line; only agents send files."""
        if line.sender is not Sender.AGENT or line.key is None or FILE_MARK not in line.reply.text:
            return ()
        try:
            found = await self._files.list_of_line(line.conversation_id, line.key)
        except AttachmentNotFound as error:
            log.error("conversation %s: %s", line.conversation_id, error)
            return ()
        return [
            OutFile(name=each.name, media_type=each.media_type, content=content)
            for each, content in found
        ]

    async def _send(
        self, connector: Connector, chat: Chat, line: Message, number: int, part: Part
    ) -> bool:
        """Whether the next part may go: this one arrived, or never will."""
        try:
            far_id = await connector.send(chat.address, part)
        except DeliveryError as error:
            if isinstance(error, FarSideAway) and not self._is_tried_enough(chat, line):
                await self._put_off(chat, error)
                return False
            await self._fail(chat, line, number, error)
            return True
        sent = Delivery(
            seq=line.seq,
            part=number,
            state=State.SENT,
            far_id=far_id,
            has_options=bool(part.options),
        )
        await self._note_surely(chat, sent)
        return True

    def _is_tried_enough(self, chat: Chat, line: Message) -> bool:
        """A line that fails "for now" for ever must not keep all those behind it waiting."""
        return chat.tries >= FEWEST_TRIES and self._clock() - line.at >= LONGEST_TRIED

    async def _fail(self, chat: Chat, line: Message, number: int, error: DeliveryError) -> None:
        """A part will never arrive: that is noted, and told to the agents."""
        log.warning("conversation %s: a line failed: %s", chat.conversation_id, error)
        failed = Delivery(seq=line.seq, part=number, state=State.FAILED, reason=str(error))
        await self._note(chat, failed, is_gone=isinstance(error, CustomerGone))
        told = {"conversation_id": chat.conversation_id, "seq": line.seq, "reason": str(error)}
        self._live.publish(DESK, Event(name="undelivered", data=told))

    async def _note_surely(self, chat: Chat, sent: Delivery) -> None:
        """What arrived and is not noted would arrive twice: a busy database is asked again."""
        for wait_s in NOTE_AGAIN_S:
            try:
                await self._note(chat, sent, is_gone=False)
                return
            except SQLAlchemyError:
                log.exception("conversation %s: noted again soon", chat.conversation_id)
                await asyncio.sleep(wait_s)
        await self._note(chat, sent, is_gone=False)

    async def _note(self, chat: Chat, delivery: Delivery, *, is_gone: bool) -> None:
        now = self._clock()
        async with self._write() as connection:
            store = DoorStore(connection)
            await store.add_delivery(chat.conversation_id, delivery, at=now)
            if is_gone and chat.gone_at is None:
                await store.set_gone(chat.channel, chat.address, now)
            elif delivery.state is State.SENT and chat.gone_at is not None:
                await store.set_gone(chat.channel, chat.address, None)

    async def _put_off(self, chat: Chat, error: FarSideAway | None) -> None:
        async with self._write() as connection:
            store = DoorStore(connection)
            now_there = await store.find_chat_of(chat.conversation_id)
            tries = (now_there or chat).tries + 1
            asked = error.retry_after if error else None
            wait = wait_before(tries, asked=asked, chance=random.random())
            until = self._clock() + wait
            await store.put_off(chat.conversation_id, tries=tries, until=until)
        log.info("conversation %s: %s; again in %s", chat.conversation_id, error, wait)
