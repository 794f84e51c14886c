"""When an entry holds, where its life may lead, and what counts as a change to it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from knowledge.entry import MOVES, EntryKind, EntryMoveNotAllowed, EntryState, Move
from tests.knowledge.small_corpus import WAITING

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)


class TestIsValid:
    def test_holds_from_its_first_moment(self) -> None:
        rule = replace(WAITING, valid_from=NEW_YEAR)

        assert rule.is_valid(NEW_YEAR)

    def test_does_not_hold_one_second_before_it_begins(self) -> None:
        rule = replace(WAITING, valid_from=NEW_YEAR)

        assert not rule.is_valid(NEW_YEAR - A_SECOND)

    def test_still_holds_in_its_last_second(self) -> None:
        rule = replace(WAITING, valid_until=NEW_YEAR)

        assert rule.is_valid(NEW_YEAR - A_SECOND)

    def test_has_ended_at_the_very_moment_it_ends(self) -> None:
        rule = replace(WAITING, valid_until=NEW_YEAR)

        assert not rule.is_valid(NEW_YEAR)

    def test_holds_for_ever_without_an_end(self) -> None:
        rule = replace(WAITING, valid_until=None)

        assert rule.is_valid(NEW_YEAR + timedelta(days=36500))


class TestAfter:
    @pytest.mark.parametrize(
        ("state", "move", "following"),
        [
            (EntryState.DRAFT, Move.SUBMIT, EntryState.REVIEW),
            (EntryState.REVIEW, Move.APPROVE, EntryState.APPROVED),
            (EntryState.REVIEW, Move.REJECT, EntryState.DRAFT),
            (EntryState.APPROVED, Move.WITHDRAW, EntryState.WITHDRAWN),
            (EntryState.APPROVED, Move.EDIT, EntryState.DRAFT),
            (EntryState.WITHDRAWN, Move.EDIT, EntryState.DRAFT),
            (EntryState.WITHDRAWN, Move.RESTORE, EntryState.DRAFT),
        ],
    )
    def test_leads_through_a_review(
        self, state: EntryState, move: Move, following: EntryState
    ) -> None:
        assert replace(WAITING, state=state).after(move) is following

    @pytest.mark.parametrize("state", [each for each in EntryState if each != EntryState.REVIEW])
    def test_leads_to_approval_from_a_review_alone(self, state: EntryState) -> None:
        with pytest.raises(EntryMoveNotAllowed, match=f"{state}: approve is not allowed, only"):
            replace(WAITING, state=state).after(Move.APPROVE)

    def test_has_nothing_to_say_about_what_begins_an_entry(self) -> None:
        assert set(MOVES) == set(Move) - {Move.IMPORT, Move.PROPOSE}

    def test_leads_out_of_every_state(self) -> None:
        for state in EntryState:
            assert any(state in leads for leads in MOVES.values())


class TestContentHash:
    def test_stays_wherever_the_text_came_from(self) -> None:
        assert replace(WAITING, origin="手册.docx").content_hash() == WAITING.content_hash()

    def test_stays_when_only_the_version_is_raised(self) -> None:
        raised = replace(WAITING, version=7)

        assert raised.content_hash() == WAITING.content_hash()

    @pytest.mark.parametrize(
        "change",
        [
            {"title": "抢修多久到"},
            {"questions": ("报修了多久能来人",)},
            {"questions": tuple(reversed(WAITING.questions))},
            {"answer": "城区 30 分钟。"},
            {"source": "十项承诺第4条"},
            {"grade": "B"},
            {"region": "浙江"},
            {"phase": "承诺"},
            {"topic": "抢修"},
            {"kind": EntryKind.FAQ},
            {"valid_from": NEW_YEAR},
            {"valid_until": NEW_YEAR},
            {"state": EntryState.DRAFT},
            {"review_by": date(2027, 1, 1)},
        ],
        ids=lambda change: "-".join(change),
    )
    def test_changes_with_anything_a_reader_or_the_search_would_notice(
        self, change: dict[str, Any]
    ) -> None:
        changed = replace(WAITING, **change)

        assert changed.content_hash() != WAITING.content_hash()
