"""A whole import: from dirty files to proposals, and nothing at all when one file is wrong."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from knowledge.entry import CorpusError, Entry, EntryKind, EntryState
from knowledge.exporting.corpus_files import write_corpus_file
from knowledge.exporting.workbook import write_workbook
from knowledge.importing.paper import ChangeKind, ImportRefused, Refusal
from knowledge.importing.preparing import Centre, Preparation, Preview
from knowledge.importing.proposal import Flag, Proposal
from knowledge.importing.rules import load_rules
from tests.knowledge.importing.documents import dirty_docx, xlsx_of
from tests.knowledge.small_corpus import SMALL_CORPUS, WAITING

SHANGHAI = "Asia/Shanghai"
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
COLUMNS = load_rules().columns


def prepared(
    *paths: Path,
    existing: Sequence[Entry] = (),
    kind: EntryKind | None = None,
    source: str = "",
) -> Preview:
    centre = Centre(profile="power", timezone=SHANGHAI, numbers=frozenset({"95598"}))
    preparation = Preparation(load_rules(), centre, existing, now=NOW)
    return preparation.prepare(paths, kind=kind, source=source)


def flags(proposal: Proposal) -> set[Flag]:
    return {finding.flag for finding in proposal.flags}


class TestADirtyManual:
    """A service manual from a download site, with everything such files have."""

    @pytest.fixture
    def preview(self, tmp_path: Path) -> Preview:
        return prepared(dirty_docx(tmp_path))

    def test_becomes_clean_entries_that_know_where_they_come_from(self, preview: Preview) -> None:
        assert [(each.title, each.origin) for each in preview.proposals] == [
            ("营业服务：营业时间", "客户服务手册.docx 第5段"),
            ("营业服务：投诉处理", "客户服务手册.docx 第9段"),
            ("营业服务：投诉回访", "客户服务手册.docx 第15段"),
            ("营业服务：联系方式", "客户服务手册.docx 第20段"),
            ("营业服务：欠费停电", "客户服务手册.docx 第24段"),
            ("卷烟零售户走访", "客户服务手册.docx 第28段"),
            ("峰谷电价试行办法", "客户服务手册.docx 第30段"),
        ]
        assert {each.source for each in preview.proposals} == {"客户服务手册"}

    def test_says_nothing_that_a_download_site_said(self, preview: Preview) -> None:
        said = "".join(each.title + each.answer for each in preview.proposals)

        for word in ("范文网", "desk33", "文库", "pan.baidu", "侵权", "第2页", "17:OO", "J"):
            assert word not in said

    def test_raises_a_flag_for_each_thing_to_look_at(self, preview: Preview) -> None:
        hours, complaints, calls, contact, owing, tobacco, trial = map(flags, preview.proposals)

        assert hours == {Flag.DOUBTFUL_TEXT, Flag.LOOKS_EXPIRED}
        assert complaints == calls == {Flag.CONTRADICTS}
        assert contact == {Flag.MASKED_NUMBER}
        assert owing == set()
        assert tobacco == {Flag.FOREIGN}
        assert trial == {Flag.LOOKS_EXPIRED}

    def test_keeps_hotlines_and_covers_people(self, preview: Preview) -> None:
        contact = preview.proposals[3]

        assert "95598" in contact.answer
        assert "12398" in contact.answer
        assert "周*** " not in contact.answer
        assert contact.answer.endswith("周***，手机 138****2345，家里电话0571-******21。")
        assert contact.needs_a_decision

    def test_tells_all_that_was_changed_and_shows_nobody(self, preview: Preview) -> None:
        kinds = [change.kind for change in preview.changes]

        assert {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)} == {
            ChangeKind.MISREAD: 2,
            ChangeKind.BOILERPLATE: 4,
            ChangeKind.REPEATED_LINE: 3,
            ChangeKind.NUMBERING: 2,
            ChangeKind.MASKED: 3,
            ChangeKind.REPEATED_TEXT: 1,
        }
        shown = "".join(change.before + change.after for change in preview.changes)
        assert "0571 2345" not in shown
        assert "周志刚" not in shown


class TestWishes:
    def test_kind_and_source_can_be_given_for_all(self, tmp_path: Path) -> None:
        path = xlsx_of(tmp_path / "问答.xlsx", ("问题", "答案"), ("怎么交电费", "网上国网可以交。"))

        (proposal,) = prepared(path, kind=EntryKind.POLICY, source="营业规则").proposals

        assert (proposal.kind, proposal.source) == (EntryKind.POLICY, "营业规则")


class TestDates:
    HEADER = ("问题", "答案", "生效日期", "失效日期")

    @pytest.mark.parametrize("written", ["2026-01-01", "2026年1月1日", "2026/1/1", "2026.01.01"])
    def test_are_read_as_people_write_them(self, tmp_path: Path, written: str) -> None:
        row = ("怎么交电费", "网上国网可以交。", written, "2026-12-31")

        (proposal,) = prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, row)).proposals

        assert proposal.valid_from == datetime(2025, 12, 31, 16, tzinfo=UTC)
        assert proposal.valid_until == datetime(2026, 12, 31, 16, tzinfo=UTC)

    def test_that_end_before_they_begin_are_refused_with_their_row(self, tmp_path: Path) -> None:
        row = ("怎么交电费", "网上国网可以交。", "2026-05-01", "2026-04-01")

        with pytest.raises(ImportRefused) as refused:
            prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, row))

        assert str(refused.value) == (
            "问答.xlsx: 问答 第2行: the entry ends (2026-04-01) before it begins (2026-05-01); "
            "correct one of the two dates"
        )

    def test_that_are_past_raise_a_flag(self, tmp_path: Path) -> None:
        row = ("怎么交电费", "网上国网、95598 网站或营业厅都可以交电费。", "", "2022-12-31")

        (proposal,) = prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, row)).proposals

        (finding,) = proposal.flags
        assert (finding.flag, finding.detail) == (Flag.LOOKS_EXPIRED, "2023-01-01 00:00+08:00")

    def test_of_review_are_read(self, tmp_path: Path) -> None:
        header, row = ("问题", "答案", "复核日期"), ("怎么交电费", "网上交。", "2027年3月1日")

        (proposal,) = prepared(xlsx_of(tmp_path / "问答.xlsx", header, row)).proposals

        assert proposal.review_by == date(2027, 3, 1)

    def test_that_are_none_are_refused_with_their_row(self, tmp_path: Path) -> None:
        row = ("怎么交电费", "网上国网可以交。", "明年春天", "")

        with pytest.raises(ImportRefused) as refused:
            prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, row))

        assert "第2行: 明年春天 is not a date" in str(refused.value)


class TestIds:
    HEADER = ("编号", "问题", "答案")

    def test_given_twice_are_refused_with_both_rows(self, tmp_path: Path) -> None:
        rows = (("pay-online", "怎么交费", "网上交。"), ("pay-online", "在哪交费", "柜台交。"))

        with pytest.raises(ImportRefused) as refused:
            prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, *rows))

        assert "第3行: the id pay-online is already taken by 问答.xlsx 问答 第2行" in str(
            refused.value
        )

    def test_given_in_two_files_are_refused_too(self, tmp_path: Path) -> None:
        row = ("pay-online", "怎么交费", "网上交。")
        paths = [xlsx_of(tmp_path / name, self.HEADER, row) for name in ("甲.xlsx", "乙.xlsx")]

        with pytest.raises(ImportRefused) as refused:
            prepared(*paths)

        assert refused.value.reason is Refusal.ID_TWICE

    def test_are_not_the_numbers_of_rows(self, tmp_path: Path) -> None:
        rows = ((1, "怎么交费", "网上交。"), (1, "怎么过户", "带证件办。"))

        preview = prepared(xlsx_of(tmp_path / "问答.xlsx", self.HEADER, *rows))

        assert [each.entry_id for each in preview.proposals] == ["", ""]

    def test_of_an_entry_leave_its_day_of_review_as_it_is(self, tmp_path: Path) -> None:
        known = replace(WAITING, review_by=date(2026, 12, 1))
        row = (WAITING.entry_id, WAITING.title, "城区 40 分钟内到现场。")

        path = xlsx_of(tmp_path / "问答.xlsx", self.HEADER, row)
        (proposal,) = prepared(path, existing=[known]).proposals

        assert proposal.review_by == known.review_by


class TestNothingByHalves:
    def test_one_bad_file_among_good_ones_stops_them_all(self, tmp_path: Path) -> None:
        good = dirty_docx(tmp_path)
        (tmp_path / "空.txt").write_bytes(b"")

        with pytest.raises(ImportRefused) as refused:
            prepared(good, tmp_path / "空.txt")

        assert refused.value.file == "空.txt"


class TestTextsWithoutEnd:
    """Lines that would keep a careless pattern busy for hours; a test run would not end."""

    @pytest.mark.parametrize(
        "piece", ["*", "[", "a-", "1.", "138-1234-", "6222 ", "至2020年", "？"]
    )
    @pytest.mark.parametrize("name", ["长.txt", "长.csv"])
    def test_are_read_like_any_other(self, tmp_path: Path, name: str, piece: str) -> None:
        (tmp_path / name).write_text(piece * 100_000)

        assert prepared(tmp_path / name).proposals


class TestWhatWasExported:
    def test_is_unchanged_and_so_not_proposed(self, tmp_path: Path) -> None:
        write_workbook(tmp_path / "词条.xlsx", SMALL_CORPUS, COLUMNS, timezone=SHANGHAI)

        preview = prepared(tmp_path / "词条.xlsx", existing=SMALL_CORPUS)

        assert (preview.proposals, preview.unchanged) == ((), len(SMALL_CORPUS))

    def test_comes_back_with_what_a_trainer_changed_in_excel(self, tmp_path: Path) -> None:
        import openpyxl

        path = tmp_path / "词条.xlsx"
        write_workbook(path, SMALL_CORPUS, COLUMNS, timezone=SHANGHAI)
        workbook = openpyxl.load_workbook(path)
        sheet = workbook.active
        assert sheet is not None
        headers = [cell.value for cell in sheet[1]]
        (row,) = (row for row in sheet.iter_rows(min_row=2) if row[0].value == WAITING.entry_id)
        row[headers.index("答案")].value = "城区 40 分钟内到现场。"
        sheet.append(
            ["", 1, "faq", "电费", "怎么开发票", "哪里开发票", "网上国网可以开。", "手册", "B"]
        )
        workbook.save(path)

        preview = prepared(path, existing=SMALL_CORPUS)

        assert [(each.entry_id, each.answer, flags(each)) for each in preview.proposals] == [
            (WAITING.entry_id, "城区 40 分钟内到现场。", {Flag.CHANGES_AN_ENTRY}),
            ("", "网上国网可以开。", {Flag.TOO_SHORT}),
        ]
        assert preview.unchanged == len(SMALL_CORPUS) - 1

    @pytest.mark.parametrize(
        ("column", "value", "told"),
        [
            ("类型", "诗", "第2行: 诗 is not possible in the column 类型"),
            ("来源等级", "C", "第2行: C is not possible in the column 来源等级"),
            ("版本", "一", "第2行: 一 is not possible in the column 版本"),
            ("生效时间", "昨天", "第2行: 昨天 is not a date"),
            ("答案", "长" * 2001, "is not possible in the column 答案"),
        ],
    )
    def test_is_refused_with_the_cell_that_cannot_be(
        self, tmp_path: Path, column: str, value: str, told: str
    ) -> None:
        import openpyxl

        path = tmp_path / "词条.xlsx"
        write_workbook(path, SMALL_CORPUS, COLUMNS, timezone=SHANGHAI)
        workbook = openpyxl.load_workbook(path)
        sheet = workbook.active
        assert sheet is not None
        headers = [cell.value for cell in sheet[1]]
        sheet.cell(2, headers.index(column) + 1).value = value
        workbook.save(path)

        with pytest.raises(ImportRefused) as refused:
            prepared(path, existing=SMALL_CORPUS)

        assert told in str(refused.value)

    def test_comes_back_with_another_day_of_review(self, tmp_path: Path) -> None:
        before = replace(WAITING, review_by=date(2026, 12, 1))
        after = replace(WAITING, review_by=date(2027, 12, 1))
        write_workbook(tmp_path / "词条.xlsx", [after], COLUMNS, timezone=SHANGHAI)

        (proposal,) = prepared(tmp_path / "词条.xlsx", existing=[before]).proposals

        assert (proposal.entry_id, proposal.review_by) == (WAITING.entry_id, after.review_by)

    def test_with_two_versions_of_an_entry_gives_them_in_turn_and_finds_no_fault_with_that(
        self, tmp_path: Path
    ) -> None:
        draft = replace(
            WAITING, version=2, state=EntryState.DRAFT, questions=(*WAITING.questions, "还要等多久")
        )
        write_workbook(tmp_path / "词条.xlsx", [draft, WAITING], COLUMNS, timezone=SHANGHAI)

        preview = prepared(tmp_path / "词条.xlsx")

        assert [each.questions for each in preview.proposals] == [
            WAITING.questions,
            draft.questions,
        ]
        assert not any(Flag.DUPLICATED in flags(each) for each in preview.proposals)

    def test_with_two_versions_that_are_both_there_has_nothing_new(self, tmp_path: Path) -> None:
        draft = replace(WAITING, version=2, state=EntryState.DRAFT, answer="")
        write_workbook(tmp_path / "词条.xlsx", [WAITING, draft], COLUMNS, timezone=SHANGHAI)

        preview = prepared(tmp_path / "词条.xlsx", existing=[WAITING, draft])

        assert (preview.proposals, preview.unchanged) == ((), 2)

    def test_keeps_two_entries_that_say_the_same(self, tmp_path: Path) -> None:
        twin = replace(WAITING, entry_id="outage-twin", region="农村")
        write_workbook(tmp_path / "词条.xlsx", [WAITING, twin], COLUMNS, timezone=SHANGHAI)

        preview = prepared(tmp_path / "词条.xlsx")

        assert [each.entry_id for each in preview.proposals] == [WAITING.entry_id, "outage-twin"]
        assert not preview.changes

    def test_can_be_a_corpus_file_too(self, tmp_path: Path) -> None:
        write_corpus_file(tmp_path / "词条.yml", SMALL_CORPUS, timezone=SHANGHAI)

        preview = prepared(tmp_path / "词条.yml", existing=[WAITING])

        assert len(preview.proposals) == len(SMALL_CORPUS) - 1
        assert preview.proposals[0].origin == "词条.yml 第2条"

    def test_names_the_line_of_a_bad_corpus_file(self, tmp_path: Path) -> None:
        (tmp_path / "坏.yml").write_text("topic: 停电\nentries: !!python/object:os.system []\n")

        with pytest.raises(CorpusError):
            prepared(tmp_path / "坏.yml")
