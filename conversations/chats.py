"""Customers who write elsewhere: the one conversation of each address, and how it is reached."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.door import Chat, Heard, Kind, Letter, Reach
from conversations.door_store import DoorStore
from conversations.message import Conversation
from conversations.transcript import Transcript
from tickets.keeping import Transaction


class Chats:
    """Conversations that go on at a door, each with one address there."""

    def __init__(
        self,
        *,
        transcript: Transcript,
        profiles: Collection[str],
        default_profile: str,
        how_to_mute: str,
        write: Transaction,
        read: Transaction,
    ) -> None:
        self._transcript, self._write, self._read = transcript, write, read
        self._profiles, self._default = profiles, default_profile
        self._how_to_mute = how_to_mute

    async def open(self, letter: Letter, heard: Heard) -> Conversation:
        """The conversation of this address, which begins with its first letter.

        Whoever writes is there again, whatever was noted of them.
        """
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat(letter.channel, letter.address)
        if chat is not None:
            if chat.gone_at is not None:
                await self.set_gone(letter, None)
            return await self._transcript.get_for_staff(chat.conversation_id)
        async with self._write() as connection:
            # a danger is read beside what stands before it, which may have begun it just now
            chat = await DoorStore(connection).find_chat(letter.channel, letter.address)
            if chat is None:
                return await self._begin(connection, letter, self._profile_of(heard))
        return await self._transcript.get_for_staff(chat.conversation_id)

    async def _begin(
        self, connection: AsyncConnection, letter: Letter, profile: str
    ) -> Conversation:
        # nobody is given the token: this customer comes through the door alone
        conversation, _ = await self._transcript.open_in(
            connection, profile=profile, channel=letter.channel
        )
        await DoorStore(connection).add_chat(
            Chat(
                channel=letter.channel,
                address=letter.address,
                conversation_id=conversation.conversation_id,
            )
        )
        return conversation

    def _profile_of(self, heard: Heard) -> str:
        """The centre that a link names, or else the default one."""
        named = heard.rest.replace("_", "-").partition("-")[0]
        is_named = heard.kind is Kind.COMMAND and heard.text == "start" and named in self._profiles
        return named if is_named else self._default

    async def set_gone(self, letter: Letter, at: datetime | None) -> None:
        """Whoever wrote this has blocked the door since `at`; None when they are back."""
        async with self._write() as connection:
            await DoorStore(connection).set_gone(letter.channel, letter.address, at)

    async def mute(self, conversation_id: str, *, is_muted: bool) -> None:
        """Whether the customer wants to hear nothing but answers from now on."""
        async with self._write() as connection:
            await DoorStore(connection).set_muted(conversation_id, is_muted=is_muted)

    async def wants_news(self, conversation_id: str) -> bool:
        """Whether a customer wants to hear more than answers."""
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat_of(conversation_id)
        return chat is None or not chat.is_muted

    async def as_news(self, conversation_id: str, text: str) -> str:
        """What nobody asked for, with how to stop it where it comes to somebody's own phone."""
        async with self._read() as connection:
            chat = await DoorStore(connection).find_chat_of(conversation_id)
        return text if chat is None else f"{text}\n{self._how_to_mute}"

    async def find_reach(self, conversation_id: str) -> Reach | None:
        """How far our lines reach a customer elsewhere; None where the page asks by itself."""
        async with self._read() as connection:
            store = DoorStore(connection)
            chat = await store.find_chat_of(conversation_id)
            failed = await store.list_failed(conversation_id) if chat else []
        if chat is None:
            return None
        return Reach(
            delivered_seq=chat.delivered_seq,
            gone_at=chat.gone_at,
            failed={each.seq: each.reason for each in failed},
        )
