"""Agents' drafts before they are sent: what the conversation holds is put beside each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from starlette.concurrency import run_in_threadpool

from conversations.etiquette import DraftCheck, Sense, Talk
from conversations.message import MAX_TEXT, MessageTooLong, Sender
from conversations.transcript import Transcript
from knowledge.etiquette import Etiquette, Finding
from knowledge.etiquette_rules import read_etiquette
from knowledge.service import Knowledge
from tickets.details import find_name
from tickets.informants import Seal
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.terms import Terms
from tickets.ticket import Kind, Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What an agent wants checked; `name` is how the customer is called, where they typed it."""

    text: str
    profile: str
    conversation_id: str | None = None
    kind: Kind | None = None
    name: str = ""


def load_checks(
    root: Path,
    profiles: Mapping[str, Profile],
    terms: Mapping[str, Terms],
    sense: Sense | None = None,
) -> dict[str, DraftCheck]:
    """The check of every centre; `terms` of those that have limits, `sense` if it was learnt.

    A fault in etiquette.yml or profile.yml raises `DocumentError` with file, line and reason.
    """
    return {
        name: DraftCheck(
            Etiquette(read_etiquette(root / name)),
            profile,
            terms[name].limits if name in terms else None,
            sense,
        )
        for name, profile in profiles.items()
    }


class Drafts:
    """The check of drafts for every centre."""

    def __init__(
        self,
        *,
        checks: Mapping[str, DraftCheck],
        transcript: Transcript,
        tickets: TicketService,
        seal: Seal,
        knowledge: Knowledge,
        clock: Callable[[], datetime],
    ) -> None:
        self._checks, self._transcript, self._tickets = checks, transcript, tickets
        self._seal, self._knowledge, self._clock = seal, knowledge, clock

    async def check(self, asked: Asked) -> list[Finding]:
        """The findings, in the order of the draft.

        Raises `MessageTooLong` for what could not be sent, `UnknownConversation`.
        """
        if len(asked.text) > MAX_TEXT:
            raise MessageTooLong(len(asked.text))
        profile, kind, talk = asked.profile, asked.kind, None
        if asked.conversation_id is not None:
            conversation = await self._transcript.get_for_staff(asked.conversation_id)
            profile = conversation.profile
            of_it = await self._tickets.list_tickets(conversation_id=asked.conversation_id)
            kind = kind or next((ticket.kind for ticket in of_it), None)
            talk = await self._talk(asked, of_it)
        elif asked.name:
            talk = Talk(name=asked.name, is_seen=False)
        check = self._checks[profile]
        return await run_in_threadpool(
            check.check,
            asked.text,
            now=self._clock(),
            kind=kind,
            talk=talk,
            approves=partial(self._knowledge.says, profile=profile),
        )

    async def _talk(self, asked: Asked, of_it: list[Ticket]) -> Talk:
        assert asked.conversation_id is not None
        lines = await self._transcript.list_messages(asked.conversation_id)
        before = tuple(line.reply.text for line in lines if line.sender is Sender.AGENT)
        if any(self._seal.covers(ticket) for ticket in of_it):
            # no finding may tell what an informant said: neither in a rewrite nor by its absence
            return Talk(before=before, name=asked.name)
        words = [line.reply.text for line in lines if line.sender is Sender.CUSTOMER]
        filed = [value for ticket in of_it for value in ticket.fields.values()]
        names = [ticket.fields.get("name", "") for ticket in of_it]
        names += [find_name(line) or "" for line in reversed(words)]
        name = asked.name or next(filter(None, names), "")
        return Talk(said=tuple(words), filed=tuple(filed), before=before, name=name)
