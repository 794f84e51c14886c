"""What is asked next: questions with their buttons, and the read-back. Pure."""

import json

from conversations.message import Reply
from conversations.request import CONFIRM, READY, Request, Talk, next_step, readiness_of, summary
from tickets.places import has_name
from tickets.profile import Profile
from tickets.profile_parts import FieldType, Readiness


def ask(talk: Talk, profile: Profile) -> Reply:
    """The question for what is missing, with its buttons; the read-back at the end."""
    request = talk.current
    assert request is not None, "there is no request to ask for"
    step, wordings = next_step(request, profile), profile.wordings
    if step == READY:
        buttons = [
            button(wordings.yes, "/affirm"),
            button(wordings.no, "/deny"),
            button(wordings.unsure, "/unsure"),
        ]
        return Reply(text=open_readiness(request, profile).ask, buttons=tuple(buttons))
    if step == CONFIRM or step is None:
        return _read_back(request, profile)
    asked = profile.fields[step]
    titles = [choice.title for choice in asked.choices] or asked.offers
    buttons = [button(title, inform(step, title)) for title in titles]
    if asked.type is FieldType.TICKET:
        buttons = [button(title, inform(step, no)) for no, title in request.offers.items()]
        buttons.append(button(wordings.person, "/request_person"))
    if step not in profile.businesses[request.kind].necessary:
        buttons.append(button(asked.skip, inform(step, asked.skip)))
    text = asked.ask_rest if has_name(request.fields.get(step, "")) else asked.ask
    return Reply(text=text, buttons=tuple(buttons))


def inform(name: str, value: str) -> str:
    """The payload of a button that gives a field its value."""
    return f"/inform{json.dumps({'field': name, 'value': value}, ensure_ascii=False)}"


def correct(name: str) -> str:
    """The payload of a button that changes a field."""
    return f"/correct{json.dumps({'field': name})}"


def open_readiness(request: Request, profile: Profile) -> Readiness:
    """The readiness question that is to be answered next."""
    questions = [
        each
        for name in profile.businesses[request.kind].fields
        for each in readiness_of(request, name, profile)
    ]
    return questions[len(request.ready)]


def _read_back(request: Request, profile: Profile) -> Reply:
    wordings, title = profile.wordings, profile.businesses[request.kind].title
    rows = summary(request, profile)
    lines = "\n".join(f"{label}：{value}" for _, label, value in rows)
    fields = [
        {"slot": name, "label": label, "value": value, "payload": correct(name)}
        for name, label, value in rows
    ]
    lead = wordings.read_back_lead.format(title=title)
    return Reply(
        text=wordings.read_back.format(title=title, summary=lines),
        buttons=(button(wordings.confirm, "/affirm"), button(wordings.cancel, "/cancel")),
        card={"type": "read_back", "lead": lead, "fields": fields},
    )


def button(title: str, payload: str) -> dict[str, str]:
    """A button as replies carry it."""
    return {"title": title, "payload": payload}
