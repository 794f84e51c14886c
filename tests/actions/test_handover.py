"""Asking for a person: a phone if the customer gives one, and a ticket with what is known."""

from typing import Any

import pytest

from actions.conversation import Centres
from actions.handover import FileCallback, ValidateCallbackForm
from tests.actions.rasa_side import Line, run
from tickets.service import TicketService
from tickets.ticket import Kind

Domain = dict[str, Any]

ASKED = {"callback_kind": "callback", "callback_words": "转人工，我说不清楚"}


@pytest.fixture
def form(centres: Centres) -> ValidateCallbackForm:
    return ValidateCallbackForm(centres)


@pytest.fixture
def file_callback(tickets: TicketService, centres: Centres) -> FileCallback:
    return FileCallback(tickets=tickets, centres=centres)


def asked(text: str, intent: str = "inform", **more: Any) -> Line:
    """A line in answer to the question for a phone."""
    return Line(text=text, intent=intent, form="callback_form", asked="callback_phone", **more)


class TestValidate:
    async def test_takes_the_phone(self, form: ValidateCallbackForm, domain: Domain) -> None:
        line = asked("13800138000", filled={"callback_phone": "13800138000"})

        outcome = await run(form, line, domain)

        assert outcome.slots == {"callback_phone": "13800138000"}

    async def test_takes_the_last_of_two_phones(
        self, form: ValidateCallbackForm, domain: Domain
    ) -> None:
        line = asked("…", filled={"callback_phone": ["13911112222", "13800138000"]})

        outcome = await run(form, line, domain)

        assert outcome.slots == {"callback_phone": "13800138000"}

    async def test_does_not_ask_again_for_a_phone_given_before(
        self, form: ValidateCallbackForm, domain: Domain
    ) -> None:
        line = Line(
            text="转人工",
            intent="request_person",
            form="callback_form",
            slots={"phone": "13800138000"},
        )

        outcome = await run(form, line, domain)

        assert outcome.slots == {"callback_phone": "13800138000"}

    async def test_asks_for_a_phone_that_was_not_given_before(
        self, form: ValidateCallbackForm, domain: Domain
    ) -> None:
        line = Line(
            text="转人工",
            intent="request_person",
            form="callback_form",
            slots={"phone": "不清楚"},
        )

        outcome = await run(form, line, domain)

        assert "callback_phone" not in outcome.slots

    @pytest.mark.parametrize("intent", ["deny", "unsure"])
    async def test_accepts_that_somebody_gives_none(
        self, form: ValidateCallbackForm, domain: Domain, intent: str
    ) -> None:
        outcome = await run(form, asked("不留电话，在这里等", intent), domain)

        assert outcome.slots == {"callback_phone": "不清楚"}
        assert outcome.texts == []

    async def test_hints_at_a_phone_that_is_too_short(
        self, form: ValidateCallbackForm, domain: Domain
    ) -> None:
        outcome = await run(form, asked("1380013800"), domain)

        assert outcome.slots == {"callback_phone": None}
        assert "这个号码好像不完整" in outcome.text

    async def test_lets_a_question_through(
        self, form: ValidateCallbackForm, domain: Domain
    ) -> None:
        outcome = await run(form, asked("人工几点下班", "consult"), domain)

        assert outcome.is_rejected


class TestFileCallback:
    async def test_tells_the_person_what_was_asked_and_what_is_known(
        self, file_callback: FileCallback, tickets: TicketService, domain: Domain
    ) -> None:
        known = {**ASKED, "callback_phone": "13800138000", "address": "幸福里6栋301"}

        outcome = await run(file_callback, Line(slots=known), domain)

        (ticket,) = await tickets.list_tickets(conversation_id="lihua")
        assert ticket.kind is Kind.CALLBACK
        assert ticket.fields == {
            "address": "幸福里6栋301",
            "phone": "13800138000",
            "words": "转人工，我说不清楚",
        }
        assert "工单号 2026 1121 0001 2" in outcome.text
        assert outcome.custom["card"]["kind"] == "转人工"

    async def test_files_a_complaint_as_one(
        self, file_callback: FileCallback, tickets: TicketService, domain: Domain
    ) -> None:
        told = {
            "callback_kind": "complaint",
            "callback_words": "你们的人态度太差",
            "callback_phone": "13800138000",
        }

        outcome = await run(file_callback, Line(slots=told), domain)

        (ticket,) = await tickets.list_tickets()
        assert ticket.kind is Kind.COMPLAINT
        assert ticket.fields["words"] == "你们的人态度太差"
        assert "5 个工作日内答复" in outcome.text

    async def test_files_a_wish_whose_kind_was_lost(
        self, file_callback: FileCallback, tickets: TicketService, domain: Domain
    ) -> None:
        await run(file_callback, Line(), domain)

        (ticket,) = await tickets.list_tickets()
        assert (ticket.kind, ticket.fields) == (Kind.CALLBACK, {})

    async def test_files_once_when_the_same_line_comes_twice(
        self, file_callback: FileCallback, tickets: TicketService, domain: Domain
    ) -> None:
        line = Line(slots={**ASKED, "callback_phone": "13800138000"})

        first = await run(file_callback, line, domain)
        second = await run(file_callback, line, domain)

        assert second.text == first.text
        assert len(await tickets.list_tickets()) == 1

    async def test_forgets_the_wish_and_keeps_the_phone(
        self, file_callback: FileCallback, domain: Domain
    ) -> None:
        outcome = await run(file_callback, Line(slots=ASKED), domain)

        assert outcome.slots == dict.fromkeys(
            ("callback_kind", "callback_words", "callback_phone", "fault_confirmed")
        )
