"""The question whether an answer helped, in the customer's own chat, and what answers it. Pure."""

import json

from conversations.asking import button
from conversations.message import Reply
from tickets.details import find_choice
from tickets.profile import Profile
from tickets.ticket import Ticket, read_number, spoken_number

# the button by which a customer says how it was, and the intent of a line that says so
RATE, RATING = "/rate", "rate"
SATISFACTION = "satisfaction"


def question(ticket: Ticket, profile: Profile, *, is_first: bool) -> Reply:
    """The question whether it helped; each button says about which ticket it speaks."""
    words = profile.wordings
    text = (words.follow_up if is_first else words.follow_up_again).format(
        kind=profile.kind_labels[ticket.kind], no=spoken_number(ticket.no)
    )
    offers = profile.fields[SATISFACTION].offers
    return Reply(text=text, buttons=tuple(button(each, _rate(each, ticket.no)) for each in offers))


def asked_about(said: Reply | None) -> str | None:
    """The number of the ticket that a line of the desk asks about, if it is such a question."""
    for offer in said.buttons if said is not None else ():
        if offer.get("payload", "").startswith(f"{RATE}{{"):
            value = json.loads(offer["payload"].removeprefix(RATE))["value"]
            return read_number(str(value))
    return None


def answers_question(text: str, profile: Profile) -> bool:
    """Whether a line reads as the answer to the question, and asks nothing itself."""
    is_given = find_choice(text, profile.fields[SATISFACTION].choices) is not None
    return is_given and not profile.asks_something(text)


def _rate(title: str, no: str) -> str:
    value = {"field": SATISFACTION, "value": f"{title} {no}"}
    return f"{RATE}{json.dumps(value, ensure_ascii=False)}"
