"""Filing a complete request: a new ticket, or something done to one that is there."""

from rasa_sdk import Tracker

from actions.cards import ticket_card
from actions.conversation import request_key
from conversations.message import Reply
from conversations.request import Request, ticket_fields
from tickets.profile import Profile
from tickets.service import TicketService
from tickets.store import NewTicket
from tickets.ticket import Kind, MoveNotAllowed, State, spoken_number

# ratings after which a ticket goes back to those who answered it
UNHAPPY = frozenset({"unsolved", "bad"})


class Filing:
    """One verb for each kind of request; whatever has no verb of its own becomes a ticket."""

    def __init__(self, tickets: TicketService) -> None:
        self._tickets = tickets
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
            actor="bot",
            timezone=profile.timezone,
        )
        promise = profile.promises[request.kind]
        words = profile.businesses[request.kind].closing.format(
            no=spoken_number(ticket.no), next=promise.next, by=promise.by
        )
        return Reply(text=words, card=ticket_card(ticket, profile))

    async def _urge(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        ticket, times = await self._tickets.urge(
            request.fields["ticket_no"],
            actor="customer",
            words=request.words,
            request_key=request_key(tracker, request.kind),
        )
        words = profile.businesses[request.kind].closing.format(
            no=spoken_number(ticket.no), times=times, state=profile.state_labels[ticket.state]
        )
        return Reply(text=words)

    async def _withdraw(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        no, reason = request.fields["ticket_no"], request.fields.get("reason", "")
        ticket = await self._tickets.get(no)
        if ticket.state is not State.WITHDRAWN:
            try:
                await self._tickets.change(no, actor="customer", state=State.WITHDRAWN, note=reason)
            except MoveNotAllowed:
                state = profile.state_labels[ticket.state]
                person = {"title": profile.wordings.person, "payload": "/request_person"}
                words = profile.wordings.cannot_withdraw.format(no=spoken_number(no), state=state)
                return Reply(text=words, buttons=(person,))
        return Reply(text=profile.businesses[request.kind].closing.format(no=spoken_number(no)))

    async def _rate(self, request: Request, profile: Profile, tracker: Tracker) -> Reply:
        no, given = request.fields["ticket_no"], request.fields["satisfaction"]
        choices = profile.fields["satisfaction"].choices
        unhappy = given in {choice.title for choice in choices if choice.id in UNHAPPY}
        ticket = await self._tickets.get(no)
        reopens = unhappy and ticket.state is State.ANSWERED
        await self._tickets.change(
            no,
            actor="customer",
            state=State.IN_PROGRESS if reopens else None,
            fields={"satisfaction": given},
            note=request.words,
        )
        if unhappy:
            after = profile.wordings.reopened if reopens else profile.wordings.rated_bad
            return Reply(text=after)
        closing = profile.businesses[request.kind].closing
        return Reply(text=closing.format(no=spoken_number(no)))
