"""Conversations as each of the staff may read them: whose they are, what is sealed or hidden."""

from dataclasses import dataclass
from typing import Any

from conversations.handover import Handover, NotYours
from conversations.handovers import HandOvers
from conversations.live import message_data
from conversations.message import Conversation, Message
from conversations.people import Staff
from conversations.rights import Right, may
from conversations.store import LINES_AT_ONCE
from conversations.transcript import Transcript
from tickets.informant_service import InformantService
from tickets.informants import InformantSealed
from tickets.privacy import mask_data

# what of a line is written by people or tells what they wrote
WRITTEN = ("text", "buttons", "card", "corrected_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation as one member of staff may read it; sealed: only from the hand-over on."""

    conversation: Conversation
    handover: Handover | None
    lines: list[Message]
    # whether there are lines before these that may be read
    has_earlier: bool
    is_sealed: bool
    is_own: bool
    hides_numbers: bool

    def lines_data(self) -> list[dict[str, Any]]:
        """The lines as they go over the wire."""
        return [self._shown(message_data(line)) for line in self.lines]

    def _shown(self, line: dict[str, Any]) -> dict[str, Any]:
        if not self.hides_numbers:
            return line
        return line | {name: mask_data(line[name]) for name in WRITTEN}


def hides_numbers(member: Staff, handover: Handover | None) -> bool:
    """Whether phones in a talk are hidden: from all but who talks there and who leads."""
    is_own = handover is not None and handover.agent == member.name
    return not is_own and not may(member.role, Right.WHOLE_PHONES)


class Talks:
    """The one way to a conversation for staff."""

    def __init__(
        self, *, transcript: Transcript, handovers: HandOvers, informants: InformantService
    ) -> None:
        self._transcript, self._handovers = transcript, handovers
        self._informants = informants

    async def open(self, member: Staff, conversation_id: str, *, before: int | None = None) -> Talk:
        """With the newest lines, or the newest before a sequence number.

        Raises `UnknownConversation`, `InformantSealed`, or `NotYours`: another talks there.
        """
        conversation = await self._transcript.get_for_staff(conversation_id)
        handover = await self._handovers.find_open(conversation_id)
        holder = handover.agent if handover else None
        is_own = holder == member.name
        if holder and not is_own and not may(member.role, Right.READ_OTHERS_TALKS):
            raise NotYours(f"another agent is talking in {conversation_id}")
        every = await self._transcript.list_messages(conversation_id, before=before)
        lines, is_sealed = await self._readable(member, conversation_id, handover, every)
        return Talk(
            conversation=conversation,
            handover=handover,
            lines=lines,
            has_earlier=len(lines) == LINES_AT_ONCE,
            is_sealed=is_sealed,
            is_own=is_own,
            hides_numbers=hides_numbers(member, handover),
        )

    async def _readable(
        self,
        member: Staff,
        conversation_id: str,
        handover: Handover | None,
        lines: list[Message],
    ) -> tuple[list[Message], bool]:
        """The lines; of a talk in which somebody informed only what came after the asking."""
        try:
            await self._informants.before_reading(
                conversation_id, actor=member.name, role=member.role
            )
        except InformantSealed:
            if handover is None:
                raise
            return [line for line in lines if line.at >= handover.asked_at], True
        return lines, False
