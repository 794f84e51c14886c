"""When an entry holds, and what counts as a change to it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge.entry import EntryKind, EntryState
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


class TestContentHash:
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
        ],
        ids=lambda change: "-".join(change),
    )
    def test_changes_with_anything_a_reader_or_the_search_would_notice(
        self, change: dict[str, Any]
    ) -> None:
        changed = replace(WAITING, **change)

        assert changed.content_hash() != WAITING.content_hash()
