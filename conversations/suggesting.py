"""Wordings for an agent to send, for what a customer has just said; nothing is sent from here."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.masking import Mask
from conversations.message import Message, UnknownConversation, clean
from conversations.moments import (
    Talk,
    last_words,
    moment_of,
    ticket_in_hand,
)
from conversations.store import ConversationStore
from knowledge.entry import EntryKind, EntryNotFound
from knowledge.importing.heard_yaml import Heard
from knowledge.phrasing import Moment, Phrases
from knowledge.pick_store import PickStore, Shown, Told
from knowledge.picks import Outcome, Pick, UnknownSuggestion, alike, pieces_of, push_of
from knowledge.preferring import Likely, Suggestion, prefer
from knowledge.service import Knowledge
from tickets.informants import Seal
from tickets.owed import Owing
from tickets.place_labels import PlaceLabeller
from tickets.profile import Profile
from tickets.service import TicketService

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]

# lines of a conversation that are looked at, however long it is
LINES_BACK = 40
# answers and scripts that are considered
CONSIDERED = 6
# wordings whose outcome can be told by their id alone
REMEMBERED = 5_000
# outcomes that are minded, and how soon those of another process are
MINDED = 2_000
MINDED_ANEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What wordings are asked for: a line, a conversation's last lines, or a line in one."""

    profile: Profile
    text: str = ""
    conversation_id: str | None = None
    surname: str = ""
    honorific: str = ""
    # whether it is the agent's first line, where no conversation tells
    opening: bool = False
    # a line from a talk in which somebody informed: only the line is looked at, nothing is kept
    is_sealed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Up to three wordings with their ids, best first; without any, what to tell the agent."""

    line: str
    wordings: tuple[tuple[str, Suggestion], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Minded:
    """An outcome and what its line is compared by."""

    told: Told
    pieces: frozenset[str]


class Suggesting:
    """Suggested wordings and what agents made of them."""

    def __init__(
        self,
        *,
        knowledge: Knowledge,
        tickets: TicketService,
        owing: Owing,
        seal: Seal,
        phrases: Phrases,
        heard: Mapping[str, Mapping[str, Heard]],
        mask: Mask,
        write: Transaction,
        read: Transaction,
        clock: Callable[[], datetime],
        labeller: PlaceLabeller | None = None,
    ) -> None:
        self.phrases = phrases
        self._knowledge, self._tickets, self._owing, self._seal = knowledge, tickets, owing, seal
        self._heard, self._mask, self._labeller = heard, mask, labeller
        self._write, self._read, self._clock = write, read, clock
        self._shown: OrderedDict[str, Shown] = OrderedDict()
        self._minded: dict[str, OrderedDict[str, _Minded]] = {}
        self._minded_at: dict[str, datetime] = {}

    async def profile_of(self, conversation_id: str) -> str:
        """The profile of a conversation; raises `UnknownConversation`."""
        async with self._read() as connection:
            conversation = await ConversationStore(connection).find(conversation_id)
        if conversation is None:
            raise UnknownConversation(f"no conversation {conversation_id}")
        return conversation.profile

    async def suggest(self, asked: Asked) -> Suggested:
        """Wordings for a line; whoever asks may read the conversation, which is not checked here.

        Raises `EmptyMessage`, `MessageTooLong` or `NothingPublished`.
        """
        lines = await self._lines(asked.conversation_id)
        line = clean(asked.text) if asked.text else last_words(lines)
        if not line:
            return Suggested(line="", wordings=(), reason=self.phrases.no_line)
        # encoded while the tickets are read
        self._knowledge.prepare(line)
        talk, is_sealed = await self._talk(asked.conversation_id, lines)
        profile = asked.profile
        moment = self._moment(line, talk, asked)
        found = await self._knowledge.search(line, profile=profile.name, count=CONSIDERED)
        called = await self._knowledge.find_scripts(line, profile=profile.name, count=CONSIDERED)
        stored = "" if is_sealed or asked.is_sealed else self._mask(line)
        wordings = prefer(
            [Likely(entry=each.entry, probability=each.probability) for each in found.candidates]
            + called,
            moment,
            self.phrases,
            self._heard.get(profile.name, {}),
            push=await self._push_for(profile.name, stored),
        )
        shown = tuple(
            (self._remember(asked, line, stored, each, place), each)
            for place, each in enumerate(wordings, start=1)
        )
        return Suggested(line=line, wordings=shown, reason="" if shown else self.phrases.nothing)

    async def tell(self, suggestion_id: str, outcome: Outcome, *, actor: str) -> None:
        """What became of a wording that was shown; the last word counts.

        Raises `UnknownSuggestion` for one this process did not show, or long ago.
        """
        shown = self._shown.get(suggestion_id)
        if shown is None:
            raise UnknownSuggestion(f"suggestion {suggestion_id} is not remembered")
        await self._keep(Told(shown=shown, outcome=outcome, actor=actor, at=self._clock()))

    async def tell_of(self, asked: Asked, entry_id: str, outcome: Outcome, *, actor: str) -> str:
        """The same for the line of `asked` and an entry; returns the suggestion's id.

        Raises `EntryNotFound` for an entry that is not live.
        """
        profile = asked.profile.name
        entry = self._knowledge.find_entry(entry_id, profile=profile, kinds=frozenset(EntryKind))
        if entry is None:
            raise EntryNotFound(f"{profile} has no live entry {entry_id}")
        _, is_sealed = await self._talk(asked.conversation_id, ())
        line = clean(asked.text)
        shown = Shown(
            suggestion_id=_id_of(asked, line, entry_id),
            profile=profile,
            conversation_id=asked.conversation_id,
            line="" if is_sealed or asked.is_sealed else self._mask(line),
            entry_id=entry_id,
            version=entry.version,
        )
        await self._keep(Told(shown=shown, outcome=outcome, actor=actor, at=self._clock()))
        return shown.suggestion_id

    def _moment(self, line: str, talk: Talk, asked: Asked) -> Moment:
        now = self._clock()
        moment = moment_of(line, talk, asked.profile, self.phrases, now, labeller=self._labeller)
        if asked.surname and asked.honorific:
            moment = replace(moment, surname=asked.surname, honorific=asked.honorific)
        return moment if talk.lines else replace(moment, is_opening=asked.opening)

    async def _lines(self, conversation_id: str | None) -> Sequence[Message]:
        if conversation_id is None:
            return ()
        async with self._read() as connection:
            return await ConversationStore(connection).list_messages(
                conversation_id, limit=LINES_BACK
            )

    async def _talk(
        self, conversation_id: str | None, lines: Sequence[Message]
    ) -> tuple[Talk, bool]:
        """The conversation so far without its reports, and whether an informant speaks in it."""
        if conversation_id is None:
            return Talk(), False
        every = await self._tickets.list_tickets(conversation_id=conversation_id)
        tickets = [each for each in every if not self._seal.covers(each)]
        in_hand = ticket_in_hand(tickets)
        sheet = None if in_hand is None else await self._owing.get_sheet(in_hand.no)
        talk = Talk(
            lines=lines,
            tickets=tickets,
            clocks=() if sheet is None else sheet.clocks,
            postponed=sheet is not None and sheet.postponed is not None,
        )
        return talk, len(tickets) < len(every)

    def _remember(
        self, asked: Asked, line: str, stored: str, suggestion: Suggestion, place: int
    ) -> str:
        entry = suggestion.entry
        shown = Shown(
            suggestion_id=_id_of(asked, line, entry.entry_id),
            profile=asked.profile.name,
            conversation_id=asked.conversation_id,
            line=stored,
            entry_id=entry.entry_id,
            version=entry.version,
            place=place,
        )
        self._shown[shown.suggestion_id] = shown
        self._shown.move_to_end(shown.suggestion_id)
        if len(self._shown) > REMEMBERED:
            self._shown.popitem(last=False)
        return shown.suggestion_id

    async def _keep(self, told: Told) -> None:
        if not told.shown.line:
            # an informant's: not even which wording was wanted
            return
        async with self._write() as connection:
            await PickStore(connection).put(told)
        self._mind(told)

    def _mind(self, told: Told) -> None:
        if not told.shown.line:
            return
        minded = self._minded.setdefault(told.shown.profile, OrderedDict())
        minded[told.shown.suggestion_id] = _Minded(told, pieces_of(told.shown.line))
        minded.move_to_end(told.shown.suggestion_id)
        if len(minded) > MINDED:
            minded.popitem(last=False)

    async def _push_for(self, profile: str, line: str) -> Callable[[str], float]:
        """How far what agents did with lines like this one pushes an entry."""
        await self._mind_news(profile)
        pieces = pieces_of(line)
        picks = [
            Pick(
                entry_id=each.told.shown.entry_id,
                outcome=each.told.outcome,
                alike=alike(pieces, each.pieces),
            )
            for each in self._minded.get(profile, {}).values()
        ]
        return lambda entry_id: push_of(entry_id, picks)

    async def _mind_news(self, profile: str) -> None:
        """Read what was told since the last time: another process may have been told it."""
        now, last = self._clock(), self._minded_at.get(profile)
        if last is not None and now - last < MINDED_ANEW:
            return
        self._minded_at[profile] = now
        since = None if last is None else last - MINDED_ANEW
        async with self._read() as connection:
            news = await PickStore(connection).list_last(profile, limit=MINDED, since=since)
        for told in reversed(news):
            self._mind(told)


def _id_of(asked: Asked, line: str, entry_id: str) -> str:
    """The same wording for the same line has the same id, so that nothing is counted twice."""
    told = "\0".join((asked.profile.name, asked.conversation_id or "", line, entry_id))
    return hashlib.sha256(told.encode()).hexdigest()[:20]
