"""Who answers a line: emergency words, the bot, or the knowledge while the bot is away."""

import functools
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from conversations.alarming import Alarming, SaidBefore
from conversations.bot_client import Bot, BotGone, BotUnavailable, Turn
from conversations.calling_back import CallingBack
from conversations.danger_net import DANGER, DangerNet, Sensed, pressed_danger
from conversations.emergency import find_emergency
from conversations.message import (
    FILE_MARK,
    Conversation,
    Incoming,
    Mode,
    Reply,
    find_sent_place,
    has_words,
    is_file_alone,
    is_voice,
)
from conversations.patience import Patience
from conversations.rating import RATING, answers_question
from conversations.reading import plain
from conversations.wording import put_together, soothe, split_subjects
from knowledge.calibration import Decision
from knowledge.entry import Entry, KnowledgeError
from knowledge.service import Knowledge
from tickets.details import read_details
from tickets.places import Labeller, merge_place
from tickets.profile import Profile
from tickets.profile_parts import Danger
from tickets.sent_file_service import SentFiles
from tickets.service import TicketService
from tickets.ticket import spoken_number

log = logging.getLogger(__name__)

# what the bot is told of a picture or a file
ATTACHED = "/attach"
# the button by which a customer asks for a person
TO_A_PERSON = "/request_person"


async def nothing_before() -> list[str]:
    """A conversation that has just begun."""
    return []


class Answering:
    """Turns a customer's line into replies: at least one, unless a person has taken over."""

    def __init__(
        self,
        *,
        bot: Bot,
        knowledge: Knowledge,
        tickets: TicketService,
        clock: Callable[[], datetime],
        net: DangerNet | None = None,
        labeller: Labeller | None = None,
        files: SentFiles | None = None,
        patience: Patience | None = None,
    ) -> None:
        self._files, self._patience = files, patience
        self._bot, self._knowledge, self._tickets = bot, knowledge, tickets
        self._clock, self._net, self._labeller = clock, net, labeller
        self._alarming = Alarming(tickets=tickets, clock=clock, read=self._details)
        self._calling_back = CallingBack(tickets=tickets, clock=clock)

    def find_danger(self, incoming: Incoming, profile: Profile) -> Danger | None:
        """The danger a typed line tells of, or a button that says so, if any."""
        if incoming.payload is not None:
            pressed = pressed_danger(incoming.payload)
            return None if pressed is None else profile.dangers.get(pressed.danger)
        return find_emergency(plain(incoming.text, profile), profile)

    async def answer(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        *,
        again: bool,
        said_before: SaidBefore = nothing_before,
    ) -> list[Reply]:
        """Emergencies first, before any model; then the bot; without it, the knowledge."""
        danger, doubted = self.find_danger(incoming, profile), None
        if danger is None:
            sensed = await self._sense_danger(conversation, incoming, profile)
            danger = profile.dangers[sensed.danger] if sensed and sensed.is_sure else None
            doubted = sensed
        if danger is not None:
            warned = await self._alarming.warn(conversation, profile, incoming, danger, said_before)
            return await self._with_files(conversation, profile, incoming, warned)
        if incoming.payload is None:
            await self._tickets.note_written(conversation.conversation_id, words=incoming.text)
        if conversation.mode is Mode.AGENT:
            return []
        replies = await self._answer_calmly(conversation, profile, incoming, said_before, again)
        return [_ask_if_danger(doubted, profile), *replies] if doubted else replies

    async def _answer_calmly(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        said_before: SaidBefore,
        again: bool,
    ) -> list[Reply]:
        """The bot's answer to a line in which no danger was heard."""
        if incoming.payload is not None:
            pressed = replace(incoming, about=None)
            return await self._ask_bot(conversation, profile, pressed, "", again=again)
        if is_voice(incoming.text):
            person = {"title": profile.wordings.person, "payload": TO_A_PERSON}
            return [Reply(text=profile.wordings.voice_kept, buttons=(person,))]
        if is_file_alone(incoming.text):
            seen = replace(incoming, payload=ATTACHED, about=None)
            return await self._ask_bot(conversation, profile, seen, "", again=again)
        text = plain(incoming.text, profile)
        if not has_words(text):
            return [Reply(text=profile.wordings.no_words)]
        details = self._details(text, profile)
        noted = await self._alarming.add_details(conversation, profile, details, said_before)
        if noted is None:
            noted = await self._calling_back.add_details(conversation, profile, details, text)
        if noted is not None:
            return [noted]
        turns: list[list[Reply]] = []
        for number, part in enumerate(split_subjects(text, profile)):
            # the second subject of a line is a turn of its own, with an id of its own
            message_id = f"{incoming.message_id}#{number}" if number else incoming.message_id
            answers = incoming.about is not None and answers_question(part, profile)
            about = incoming.about if answers else None
            # the first part of the line has begun afresh for all of it
            fresh = incoming.is_after_person and not number
            turn = replace(incoming, message_id=message_id, about=about, is_after_person=fresh)
            turns.append(await self._ask_bot(conversation, profile, turn, part, again=again))
        return soothe(put_together(turns, profile), text, profile)

    async def _sense_danger(
        self, conversation: Conversation, incoming: Incoming, profile: Profile
    ) -> Sensed | None:
        """What a line without a word of danger sounds like, unless it was warned of already."""
        if incoming.payload is not None or self._net is None:
            return None
        text = plain(incoming.text, profile)
        vector = await self._knowledge.vector(text) if has_words(text) else None
        sensed = self._net.find(text, vector) if vector is not None else None
        if sensed is None or await self._alarming.find_recent(conversation) is not None:
            return None
        log.warning("conversation %s sounds like %s", conversation.conversation_id, sensed.danger)
        return sensed

    def _details(self, text: str, profile: Profile) -> dict[str, str]:
        details = self.read(text, profile)
        place = find_sent_place(text) or self._place_over_lines(text, profile)
        return details | ({"address": place} if place else {})

    def read(self, text: str, profile: Profile) -> dict[str, str]:
        """The details in a line, by field."""
        return read_details(text, profile, self._clock(), labeller=self._labeller)

    def _place_over_lines(self, text: str, profile: Profile) -> str | None:
        """The place that lines sent in a row tell bit by bit, a later one over an earlier one."""
        lines = text.split("\n")
        if len(lines) == 1:
            return None
        bits = (self.read(line, profile).get("address") for line in lines)
        places = [bit for bit in bits if bit]
        return functools.reduce(merge_place, places) if len(places) > 1 else None

    async def _ask_bot(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        text: str,
        *,
        again: bool,
    ) -> list[Reply]:
        if text:
            # the bot reads the line on one core while we encode it on another
            self._knowledge.prepare(text)
        details = self._details(text, profile) if text else {}
        if incoming.about is not None:
            details["ticket_no"] = incoming.about
        turn = Turn(
            conversation_id=conversation.conversation_id,
            message_id=incoming.message_id,
            profile=profile.name,
            text=text,
            payload=incoming.payload,
            details=details,
            intent=profile.asked_outright(text) if incoming.about is None else RATING,
            again=again,
            fresh=incoming.is_after_person,
        )
        try:
            replies = await self._bot.answer(turn)
        except BotUnavailable as error:
            log.warning("conversation %s: %s", conversation.conversation_id, error)
            return await self._answer_when_back(conversation, profile, incoming, turn, error)
        if self._patience is not None:
            self._patience.note_well()
        return await self._with_files(conversation, profile, incoming, replies)

    async def _answer_when_back(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        turn: Turn,
        error: BotUnavailable,
    ) -> list[Reply]:
        """What a bot that has just gone says when it is back, or what we know without it.

        A turn in the middle of which it went may have filed a ticket: asked again, it tells of that
        one. A question that it never heard and that the knowledge answers waits for nothing.
        """
        is_gone = isinstance(error, BotGone) and self._patience is not None
        may_have_heard = turn.again or (isinstance(error, BotGone) and error.may_have_heard)
        known = None
        if not (is_gone and may_have_heard):
            known = await self._find_answer(profile, turn.text)
        if known is None and is_gone and self._patience is not None:
            try:
                replies = await self._patience.ask_again(turn, may_have_heard=may_have_heard)
                return await self._with_files(conversation, profile, incoming, replies)
            except BotUnavailable as still:
                log.warning("conversation %s: again: %s", conversation.conversation_id, still)
                known = await self._find_answer(profile, turn.text)
        return [known if known is not None else Reply(text=profile.wordings.bot_away)]

    async def _with_files(
        self,
        conversation: Conversation,
        profile: Profile,
        incoming: Incoming,
        replies: list[Reply],
    ) -> list[Reply]:
        """Put a photo on the ticket it belongs to; who sent nothing else hears what became of it.

        While something is being filled in it is held for that, and goes on no other ticket.
        """
        conversation_id = conversation.conversation_id
        if self._files is None or FILE_MARK not in incoming.text:
            return replies
        if not await self._files.has_waiting(conversation_id):
            return replies
        no = await self._files.settle(conversation_id)
        if not is_file_alone(incoming.text):
            return replies
        words = profile.wordings
        said = words.photo_added.format(no=spoken_number(no)) if no else words.photo_kept
        # the bot's own first words are that it cannot see what is in it
        return [Reply(text=said), *replies[1:]]

    async def _find_answer(self, profile: Profile, text: str) -> Reply | None:
        """What the knowledge alone says, when it is sure."""
        try:
            found = await self._knowledge.search(text, profile=profile.name)
        except KnowledgeError as error:
            log.warning("no knowledge either: %s", error)
            return None
        if found.decision is not Decision.ANSWER:
            return None
        entry = found.candidates[0].entry
        self._knowledge.hits.answered(profile.name, entry.entry_id)
        return Reply(text=entry.answer, sources=(source_of(entry),))


def _ask_if_danger(sensed: Sensed, profile: Profile) -> Reply:
    """What to do if there is danger, and one button to say that there is."""
    payload = f"{DANGER}{json.dumps({'danger': sensed.danger})}"
    button = {"title": profile.wordings.danger_now, "payload": payload}
    return Reply(text=profile.wordings.perhaps_danger, buttons=(button,))


def source_of(entry: Entry) -> dict[str, Any]:
    """What a customer is shown of where an answer comes from."""
    return {
        "entry_id": entry.entry_id,
        "version": entry.version,
        "title": entry.title,
        "source": entry.source,
    }
