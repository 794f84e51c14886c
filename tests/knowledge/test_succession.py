"""A version approved for a day to come, and the one that is said until then."""

from dataclasses import replace
from datetime import timedelta

from knowledge.entry import CUSTOMER_KINDS, Entry, EntryState
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.indexes.cache import IndexCache
from knowledge.search import make_searcher
from knowledge.succession import ending_at_successors, to_carry, to_say, why_not_beside
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import METER, PAYING, WAITING

NEW_YEAR = SATURDAY_MORNING + timedelta(days=40)
NEXT = replace(WAITING, version=2, answer="城区 30 分钟。", valid_from=NEW_YEAR)
UNTIL_THEN = replace(WAITING, valid_until=NEW_YEAR)


def said(*decided: Entry) -> list[Entry]:
    return to_say(decided, now=SATURDAY_MORNING)


class TestToSay:
    def test_keeps_the_version_in_force_until_its_successor_begins(self) -> None:
        assert said(PAYING, WAITING, NEXT) == [PAYING, UNTIL_THEN, NEXT]

    def test_takes_the_newest_alone_once_it_has_begun(self) -> None:
        begun = replace(NEXT, valid_from=SATURDAY_MORNING)

        assert said(WAITING, begun) == [begun]

    def test_leaves_an_end_that_comes_before_the_successor(self) -> None:
        ending = replace(WAITING, valid_until=NEW_YEAR - timedelta(days=1))

        assert said(ending, NEXT) == [ending, NEXT]

    def test_passes_over_a_version_that_would_begin_after_its_successor(self) -> None:
        never = replace(WAITING, version=2, valid_from=NEW_YEAR)
        third = replace(NEXT, version=3)

        assert said(WAITING, never, third) == [UNTIL_THEN, third]

    def test_brings_back_nothing_from_before_a_withdrawal(self) -> None:
        gone = replace(WAITING, version=2, state=EntryState.WITHDRAWN)
        third = replace(NEXT, version=3)

        assert said(WAITING, gone, third) == [third]

    def test_says_nothing_of_what_was_withdrawn_last(self) -> None:
        assert said(WAITING, replace(NEXT, state=EntryState.WITHDRAWN)) == []


class TestToCarry:
    def carried(self, *versions: Entry) -> list[Entry]:
        return to_carry(versions, now=SATURDAY_MORNING)

    def test_takes_what_is_said_beside_the_draft_that_is_to_follow(self) -> None:
        draft = replace(WAITING, version=2, state=EntryState.DRAFT)

        assert self.carried(PAYING, WAITING, draft) == [PAYING, WAITING, draft]

    def test_takes_what_is_said_as_it_was_written_and_not_as_it_will_end(self) -> None:
        assert self.carried(WAITING, NEXT) == [WAITING, NEXT]

    def test_leaves_what_is_over(self) -> None:
        begun = replace(NEXT, valid_from=SATURDAY_MORNING)

        assert self.carried(WAITING, begun) == [begun]

    def test_leaves_all_but_the_last_of_what_was_withdrawn(self) -> None:
        gone = replace(WAITING, version=2, state=EntryState.WITHDRAWN)

        assert self.carried(WAITING, gone) == [gone]


class TestBeside:
    def test_a_draft_may_stand_after_what_is_said(self) -> None:
        assert why_not_beside(WAITING, replace(WAITING, version=2, state=EntryState.DRAFT)) is None

    def test_a_version_may_wait_for_its_day(self) -> None:
        assert why_not_beside(WAITING, NEXT) is None

    def test_a_number_names_one_text(self) -> None:
        assert why_not_beside(WAITING, WAITING) == "version 1 is there twice"

    def test_nothing_follows_a_draft(self) -> None:
        draft = replace(WAITING, state=EntryState.DRAFT)

        assert why_not_beside(draft, NEXT) == "version 1 is draft and version 2 follows"

    def test_of_two_that_begin_together_nobody_knows_which_is_said(self) -> None:
        again = replace(WAITING, version=2)

        assert why_not_beside(WAITING, again) == "version 2 begins no later than version 1"


def test_versions_end_at_their_successors_in_whatever_order_they_stand() -> None:
    assert ending_at_successors([NEXT, METER, WAITING]) == [NEXT, METER, UNTIL_THEN]


def test_a_waiting_version_takes_nothing_from_what_the_one_in_force_has_learned(
    indexes: IndexCache,
) -> None:
    lessons = [
        LabelledQuestion(text="打了电话多长时间有人", relevant=frozenset({WAITING.entry_id})),
        LabelledQuestion(text="今天天气怎么样", relevant=frozenset()),
    ]

    def learned(*entries: Entry) -> float:
        searcher = make_searcher(entries, indexes, None, lessons=lessons)
        allowed = searcher.allowed(CUSTOMER_KINDS, SATURDAY_MORNING)
        found = searcher.look(WAITING.questions[0], None, allowed=allowed)
        return found.learned

    alone, beside = learned(WAITING, PAYING), learned(UNTIL_THEN, NEXT, PAYING)

    assert beside > 0.9 * alone
