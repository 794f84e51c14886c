"""What is different between versions, and between what is live and what would be."""

from dataclasses import replace

from knowledge.changes import Difference, compare, differences
from knowledge.entry import EntryState
from tests.knowledge.small_corpus import METER, PAYING, WAITING


class TestDifferences:
    def test_name_the_field_and_both_texts(self) -> None:
        faster = replace(WAITING, version=2, answer="城区 30 分钟。")

        assert differences(WAITING, faster) == (
            Difference(field="answer", before=WAITING.answer, after="城区 30 分钟。"),
        )

    def test_show_lists_a_line_each(self) -> None:
        (found,) = differences(PAYING, replace(PAYING, questions=("一", "二")))

        assert found.after == "一\n二"

    def test_leave_out_what_no_reader_would_notice(self) -> None:
        same = replace(WAITING, version=9, state=EntryState.DRAFT, origin="手册.docx 第3段")

        assert differences(WAITING, same) == ()


class TestCompare:
    def test_tells_what_came_what_changed_and_what_went(self) -> None:
        cheaper = replace(PAYING, version=2, answer="都可以交。")

        changes = compare([WAITING, PAYING], [cheaper, METER])

        assert (changes.added, changes.removed) == ((METER,), (WAITING,))
        assert [each.after for each in changes.changed] == [cheaper]

    def test_sees_no_change_where_a_version_waits_beside_the_one_in_force(self) -> None:
        later = replace(WAITING, version=2, answer="城区 30 分钟。")

        assert compare([WAITING, later], [WAITING, later]).is_empty

    def test_takes_a_higher_number_alone_for_no_change(self) -> None:
        assert compare([WAITING], [replace(WAITING, version=2)]).is_empty
