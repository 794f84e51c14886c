"""Which wordings are shown for a line, best first, and which are not."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from desk.settings import ROOT
from knowledge.entry import Entry
from knowledge.importing.heard_yaml import Heard, OfTicket, Opening
from knowledge.phrasing import Moment, Phrases, TicketNow, load_phrases
from knowledge.preferring import Likely, prefer
from tests.knowledge.small_corpus import CALMING, FLICKER, METER, MOVING, PAYING

OPEN = TicketNow(no="2026112100012", is_open=True, due="11月23日18:00", may_postpone=True)
LINE = Moment(text="怎么办")


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases(ROOT / "profiles" / "phrasing.yml")


def script(entry_id: str, *, phase: str = "解释", answer: str = "我马上为您查。") -> Entry:
    return replace(CALMING, entry_id=entry_id, phase=phase, answer=answer)


def heard(**rules: object) -> Heard:
    return Heard.model_validate({"lines": ["怎么办"], **rules})


def shown(
    phrases: Phrases,
    moment: Moment,
    *likely: tuple[Entry, float],
    rules: Mapping[str, Heard] | None = None,
) -> list[str]:
    """The ids of what is shown."""
    found = [Likely(entry=entry, probability=chance) for entry, chance in likely]
    return [each.entry.entry_id for each in prefer(found, moment, phrases, rules or {})]


class TestPrefer:
    def test_shows_the_likeliest_first_and_three_at_most(self, phrases: Phrases) -> None:
        found = shown(phrases, LINE, (PAYING, 0.2), (METER, 0.6), (MOVING, 0.1), (FLICKER, 0.3))

        assert found == [METER.entry_id, FLICKER.entry_id, PAYING.entry_id]

    def test_shows_nothing_when_nothing_is_likely(self, phrases: Phrases) -> None:
        assert shown(phrases, LINE, (PAYING, 0.1), (CALMING, 0.09)) == []

    def test_shows_nothing_when_there_is_nothing(self, phrases: Phrases) -> None:
        assert shown(phrases, LINE) == []

    def test_keeps_the_chance_it_was_given(self, phrases: Phrases) -> None:
        angry = replace(LINE, is_angry=True)

        only = prefer([Likely(entry=CALMING, probability=0.4)], angry, phrases, {})

        assert only[0].probability == 0.4

    def test_has_a_script_among_three_answers_if_one_is_there(self, phrases: Phrases) -> None:
        answers = ((PAYING, 0.9), (METER, 0.8), (MOVING, 0.7))

        found = shown(phrases, LINE, *answers, (CALMING, 0.05))

        assert found == [PAYING.entry_id, METER.entry_id, CALMING.entry_id]

    def test_soothes_the_angry_before_it_answers_them(self, phrases: Phrases) -> None:
        both = ((PAYING, 0.8), (CALMING, 0.5))

        assert shown(phrases, LINE, *both)[0] == PAYING.entry_id
        assert shown(phrases, replace(LINE, is_angry=True), *both)[0] == CALMING.entry_id

    def test_says_last_what_was_said_already(self, phrases: Phrases) -> None:
        moment = replace(LINE, said=frozenset({PAYING.entry_id}))

        assert shown(phrases, moment, (PAYING, 0.6), (METER, 0.5))[0] == METER.entry_id

    def test_follows_what_agents_picked_before(self, phrases: Phrases) -> None:
        likely = [Likely(entry=PAYING, probability=0.6), Likely(entry=METER, probability=0.5)]

        found = prefer(
            likely, LINE, phrases, {}, push=lambda each: 1.0 if each == METER.entry_id else 0.0
        )

        assert [each.entry.entry_id for each in found] == [METER.entry_id, PAYING.entry_id]


class TestRules:
    def test_opens_a_call_with_the_first_line_alone(self, phrases: Phrases) -> None:
        opening = script("open", phase="问候")
        rules = {"open": heard(opening=Opening.CALL)}

        first = shown(phrases, replace(LINE, is_opening=True), (opening, 0.6), rules=rules)
        later = shown(phrases, LINE, (opening, 0.6), rules=rules)

        assert (first, later) == (["open"], [])

    def test_takes_over_only_from_the_bot(self, phrases: Phrases) -> None:
        takeover = script("takeover", phase="问候")
        rules = {"takeover": heard(opening=Opening.TAKEOVER)}
        first = replace(LINE, is_opening=True)

        assert shown(phrases, first, (takeover, 0.6), rules=rules) == []
        after_bot = replace(first, after_bot=True)
        assert shown(phrases, after_bot, (takeover, 0.6), rules=rules) == ["takeover"]

    def test_asks_for_nothing_that_was_told(self, phrases: Phrases) -> None:
        asking = script("ask", phase="追问")
        rules = {"ask": heard(asks="address")}
        told = replace(LINE, given=frozenset({"address"}))

        assert shown(phrases, LINE, (asking, 0.6), rules=rules) == ["ask"]
        assert shown(phrases, told, (asking, 0.6), rules=rules) == []

    def test_asks_first_for_what_is_missing(self, phrases: Phrases) -> None:
        asking = script("ask", phase="追问")
        rules = {"ask": heard(asks="address")}
        missing = replace(LINE, missing="address")

        assert shown(phrases, missing, (PAYING, 0.6), (asking, 0.2), rules=rules)[0] == "ask"

    def test_speaks_of_a_ticket_where_there_is_one(self, phrases: Phrases) -> None:
        filed = script("filed", phase="承诺")
        rules = {"filed": heard(ticket=OfTicket.OPEN)}
        likely = ((PAYING, 0.5), (filed, 0.3))

        assert shown(phrases, LINE, *likely, rules=rules)[0] == PAYING.entry_id
        assert shown(phrases, replace(LINE, ticket=OPEN), *likely, rules=rules)[0] == "filed"

    def test_speaks_of_no_work_on_a_ticket_that_is_done(self, phrases: Phrases) -> None:
        urged = script("urged", phase="承诺")
        done = replace(LINE, ticket=replace(OPEN, is_open=False))

        assert shown(phrases, done, (urged, 0.9), rules={"urged": heard(ticket="open")}) == []

    def test_puts_nothing_off_twice(self, phrases: Phrases) -> None:
        later = script("later", phase="承诺")
        rules = {"later": heard(ticket=OfTicket.POSTPONE)}
        put_off = replace(OPEN, may_postpone=False)

        assert shown(phrases, replace(LINE, ticket=OPEN), (later, 0.9), rules=rules) == ["later"]
        assert shown(phrases, replace(LINE, ticket=put_off), (later, 0.9), rules=rules) == []
        assert shown(phrases, LINE, (later, 0.9), rules=rules) == []

    def test_names_no_present_limit_as_the_new_day(self, phrases: Phrases) -> None:
        later = script("later", phase="承诺", answer="想跟您商量延到{due}，请问您同意吗？")
        likely = [Likely(entry=later, probability=0.9)]

        found = prefer(
            likely, replace(LINE, ticket=OPEN), phrases, {"later": heard(ticket="postpone")}
        )

        assert found[0].text == "想跟您商量延期，请问您同意吗？"

    def test_owns_up_to_those_who_come_again_and_again(self, phrases: Phrases) -> None:
        again = script("again", phase="解释")
        rules = {"again": heard(repeats=True)}
        likely = ((PAYING, 0.7), (again, 0.3))

        assert shown(phrases, LINE, *likely, rules=rules)[0] == PAYING.entry_id
        thrice = replace(LINE, asked_before=3)
        assert shown(phrases, thrice, *likely, rules=rules)[0] == "again"
