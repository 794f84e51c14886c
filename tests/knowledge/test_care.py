"""What is due, what ends soon, what is never said."""

from dataclasses import replace
from datetime import date, timedelta

from knowledge.care import Due, badly_rated, ending_soon, never_said, often_said, past_review
from knowledge.entry import EntryState
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import CALMING, METER, MOVING, PAYING, WAITING

TODAY = date(2026, 11, 21)
A_MONTH = timedelta(days=30)


class TestPastReview:
    def test_lists_what_should_have_been_looked_at_longest_overdue_first(self) -> None:
        today, long_ago = replace(PAYING, review_by=TODAY), replace(WAITING, review_by=date.min)
        tomorrow = replace(METER, review_by=TODAY + timedelta(days=1))

        due = past_review([today, tomorrow, long_ago, MOVING], today=TODAY)

        assert due == [Due(entry=long_ago, on=date.min), Due(entry=today, on=TODAY)]

    def test_leaves_the_withdrawn_in_peace(self) -> None:
        gone = replace(PAYING, review_by=TODAY, state=EntryState.WITHDRAWN)

        assert past_review([gone], today=TODAY) == []


class TestEndingSoon:
    def test_lists_what_ends_within_a_month_the_next_first(self) -> None:
        in_a_month = replace(PAYING, valid_until=SATURDAY_MORNING + A_MONTH)
        tomorrow = replace(WAITING, valid_until=SATURDAY_MORNING + timedelta(days=1))

        ending = ending_soon([in_a_month, tomorrow, METER], now=SATURDAY_MORNING)

        assert [entry for entry, _ in ending] == [tomorrow, in_a_month]

    def test_lists_neither_what_is_over_nor_what_lasts(self) -> None:
        over = replace(PAYING, valid_until=SATURDAY_MORNING)
        lasting = replace(WAITING, valid_until=SATURDAY_MORNING + A_MONTH + timedelta(minutes=1))

        assert ending_soon([over, lasting], now=SATURDAY_MORNING) == []


class TestSaid:
    def test_lists_what_customers_never_hear(self) -> None:
        entries = [WAITING, PAYING, CALMING, replace(METER, state=EntryState.DRAFT)]

        never = never_said(entries, {WAITING.entry_id: 3}, now=SATURDAY_MORNING)

        assert never == [PAYING]

    def test_lists_what_customers_hear_most(self) -> None:
        hits = {WAITING.entry_id: 3, PAYING.entry_id: 7, METER.entry_id: 1}

        often = often_said([WAITING, PAYING, METER, MOVING], hits, now=SATURDAY_MORNING, count=2)

        assert often == [(PAYING, 7), (WAITING, 3)]


class TestBadlyRated:
    def test_lists_the_worst_first_by_its_share(self) -> None:
        hits = {WAITING.entry_id: 100, PAYING.entry_id: 10}
        wrong = {WAITING.entry_id: 8, PAYING.entry_id: 5, CALMING.entry_id: 2}

        rated = badly_rated([WAITING, PAYING, METER, CALMING], hits, wrong)

        assert rated == [(CALMING, 2), (PAYING, 5), (WAITING, 8)]

    def test_minds_no_thumb_among_a_thousand_readers(self) -> None:
        assert badly_rated([WAITING], {WAITING.entry_id: 1000}, {WAITING.entry_id: 1}) == []
