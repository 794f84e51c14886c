"""The list of entries: words anywhere, the title first, and the reasons to look at one."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from knowledge.entry import Entry, EntryState
from knowledge.entry_list import Known, Only, Wanted, pick
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import CALMING, METER, MOVING, PAYING, SMALL_CORPUS, WAITING

TODAY = date(2026, 11, 21)
ALL_LIVE = Known(live={entry.entry_id: entry.version for entry in SMALL_CORPUS})


def ids(wanted: Wanted, *entries: Entry, known: Known = ALL_LIVE) -> list[str]:
    found = pick(entries or SMALL_CORPUS, wanted, known, now=SATURDAY_MORNING, today=TODAY)
    return [entry.entry_id for entry in found]


class TestText:
    def test_finds_the_title_before_the_questions(self) -> None:
        assert ids(Wanted(text="电表")) == [METER.entry_id, MOVING.entry_id]

    def test_wants_every_word_wherever_each_stands(self) -> None:
        assert ids(Wanted(text="柜台 国网")) == [PAYING.entry_id]

    def test_finds_by_id_as_it_is_written(self) -> None:
        assert ids(Wanted(text="outage-arr")) == [WAITING.entry_id]

    def test_minds_no_sign_between_the_letters(self) -> None:
        assert ids(Wanted(text="45分钟")) == [WAITING.entry_id]


class TestOnly:
    def test_never_hit_leaves_scripts_out(self) -> None:
        hits = {entry.entry_id: 1 for entry in SMALL_CORPUS if entry is not METER}
        known = replace(ALL_LIVE, hits={**hits, CALMING.entry_id: 0})

        assert ids(Wanted(only=Only.NEVER_HIT), known=known) == [METER.entry_id]

    def test_badly_rated_is_what_agents_called_wrong(self) -> None:
        known = replace(ALL_LIVE, wrong={PAYING.entry_id: 2})

        assert ids(Wanted(only=Only.BADLY_RATED), known=known) == [PAYING.entry_id]

    def test_badly_rated_begins_with_the_worst(self) -> None:
        known = replace(
            ALL_LIVE,
            hits={PAYING.entry_id: 100, METER.entry_id: 10, WAITING.entry_id: 1000},
            wrong={PAYING.entry_id: 9, METER.entry_id: 5, WAITING.entry_id: 1},
        )

        found = ids(Wanted(only=Only.BADLY_RATED), known=known)

        assert found == [METER.entry_id, PAYING.entry_id]

    @pytest.mark.parametrize(("day", "is_due"), [(TODAY, True), (date(2026, 11, 22), False)])
    def test_past_review_begins_on_the_day(self, day: date, is_due: bool) -> None:
        entry = replace(WAITING, review_by=day)

        assert bool(ids(Wanted(only=Only.PAST_REVIEW), entry)) is is_due

    def test_not_published_is_new_or_newer(self) -> None:
        newer = replace(PAYING, version=2)

        assert ids(Wanted(only=Only.NOT_PUBLISHED), WAITING, newer) == [PAYING.entry_id]

    def test_not_valid_leaves_out_what_is_withdrawn(self) -> None:
        over = replace(WAITING, valid_until=SATURDAY_MORNING - timedelta(days=1))
        gone = replace(over, entry_id="gone", state=EntryState.WITHDRAWN)

        assert ids(Wanted(only=Only.NOT_VALID), over, gone) == [WAITING.entry_id]
