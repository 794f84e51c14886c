"""Filing a complete request: a new ticket, or something done to one that is there."""

from collections.abc import Callable
from datetime import datetime

from rasa_sdk import Tracker

from actions.cards import ticket_card
from actions.conversation import request_key
from conversations.asking import button
from conversations.message import Reply
from conversations.request import BUSINESSES, Request, chosen_of, ticket_fields
from tickets.event_service import Events
from tickets.event_words import joined_words, known_words
from tickets.follow_up import FollowUp, Outcome
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import BOT, CUSTOMER, Kind, MoveNotAllowed, State, spoken_number

# what a rating says of the answer; a ticket goes back to those who gave one that did not help
OUTCOMES = {
    "unsolved": Outcome.UNSATISFIED,
    "bad": Outcome.UNSATISFIED,
    "fair": Outcome.FAIR,
    "good": Outcome.SATISFIED,
}
# by which a customer asks for the same business once more; a call back has a button of its own
INTENTS = {kind: intent for intent, kind in BUSINESSES.items() if kind != "callback"}


class Filing:
    """One verb for each kind of request; whatever has no verb of its own becomes a ticket."""

    def __init__(
        self,
        tickets: TicketService,
        events: Events,
        follow_up: FollowUp,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        self._tickets, self._events, self._follow_up = tickets, events, follow_up
        self._clock = clock
        self._verbs = {"urge": self._urge, "withdrawal": self._withdraw, "rating": self._rate}

    async def file(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        """Do it once, however often this line arrives; returns the closing words."""
        verb = self._verbs.get(request.kind)
        if verb is not None:
            return await verb(request, profile, tracker)
        return await self._register(request, profile, tracker)

    async def _register(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        ticket = await self._tickets.register(
            NewTicket(
                request_key=request_key(tracker, request.kind),
                profile=profile.name,
                kind=Kind(request.kind),
                conversation_id=tracker.sender_id,
                fields=ticket_fields(request, profile),
            ),
            actor=BOT,
            timezone=profile.timezone,
        )
        promise = profile.promises[request.kind]
        words = profile.businesses[request.kind].closing.format(
            no=spoken_number(ticket.no), next=promise.next, by=promise.by
        )
        card = ticket_card(ticket, profile)
        event = await self._events.find_of_ticket(ticket.no)
        if event is None or not event.is_running:
            return Reply(text=words, card=card)
        known = known_words(event, profile, now=self._clock())
        told = "" if event.no in request.told else f"{known}\n"
        together = told + joined_words(event, profile)
        return Reply(text=f"{words}\n{together}", card={**card, "lead": together})

    async def _urge(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        no = request.fields["ticket_no"]
        try:
            ticket, times = await self._tickets.urge(
                no,
                actor=CUSTOMER,
                words=request.words,
                request_key=request_key(tracker, request.kind),
            )
        except MoveNotAllowed:
            # it is over, perhaps since this moment
            return await self._cannot_urge(no, profile)
        # where the work is done, if the ticket was merged into another
        state = profile.state_labels[(await self._tickets.get_leading(no)).state]
        words = profile.businesses[request.kind].closing.format(
            no=spoken_number(ticket.no), times=times, state=state
        )
        return Reply(text=words)

    async def _cannot_urge(self, no: str, profile: Profile) -> Reply:
        """The matter is finished: say so, and offer to register it anew or a person."""
        leading = await self._tickets.get_leading(no)
        state = profile.state_labels[leading.state]
        words = profile.wordings.cannot_urge.format(no=spoken_number(no), state=state)
        again = INTENTS.get(leading.kind.value)
        anew = (button(profile.wordings.register_anew, f"/{again}"),) if again else ()
        return Reply(text=words, buttons=(*anew, *_person(profile)))

    async def _withdraw(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        no, reason = request.fields["ticket_no"], request.fields.get("reason", "")
        ticket = await self._tickets.get(no)
        if ticket.state is not State.WITHDRAWN:
            try:
                await self._tickets.change(no, actor=CUSTOMER, state=State.WITHDRAWN, note=reason)
            except MoveNotAllowed:
                state = profile.state_labels[ticket.state]
                words = profile.wordings.cannot_withdraw.format(no=spoken_number(no), state=state)
                return Reply(text=words, buttons=_person(profile))
        return Reply(text=profile.businesses[request.kind].closing.format(no=spoken_number(no)))

    async def _rate(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        no, given = request.fields["ticket_no"], request.fields["satisfaction"]
        choice = chosen_of(request, "satisfaction", profile)
        outcome = OUTCOMES[choice.id] if choice is not None else Outcome.FAIR
        reopened = await self._follow_up.rate(
            no,
            outcome,
            given=given,
            actor=CUSTOMER,
            words=request.words or given,
            request_key=request_key(tracker, request.kind),
        )
        if outcome is Outcome.UNSATISFIED:
            after = profile.wordings.reopened if reopened else profile.wordings.rated_bad
            return Reply(text=after)
        closing = profile.businesses[request.kind].closing
        return Reply(text=closing.format(no=spoken_number(no)))


def _person(profile: Profile) -> tuple[dict[str, str], ...]:
    return (button(profile.wordings.person, "/request_person"),)
