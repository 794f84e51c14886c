"""Workbooks: rows of what is shown, merged cells filled, formulas by the value stored for them."""

from datetime import datetime
from pathlib import Path

import openpyxl

from knowledge.importing.intake import read_paper
from knowledge.importing.paper import ChangeKind, Row, Unit
from tests.knowledge.importing.documents import repacked, save, xlsx_of

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def rows(path: Path) -> list[Row]:
    return [piece for piece in read_paper(path).pieces if isinstance(piece, Row)]


def with_sheet(path: Path, data: str, after: str = "") -> Path:
    """A workbook whose sheet is written by hand, as no honest program would."""
    xlsx_of(path, ["x"])
    xml = f"<worksheet {NAMESPACE}><sheetData>{data}</sheetData>{after}</worksheet>"
    return repacked(path, SHEET, xml.encode())


def text_cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


class TestRead:
    def test_tells_sheet_and_row_as_excel_counts_them(self, tmp_path: Path) -> None:
        path = xlsx_of(tmp_path / "问答.xlsx", ["问题", "答案"], [], ["多久到", "45分钟"])

        places = [(row.place.unit, row.place.within, row.place.number) for row in rows(path)]

        assert places == [(Unit.SHEET_ROW, "问答", 1), (Unit.SHEET_ROW, "问答", 3)]

    def test_shows_values_as_the_sheet_does(self, tmp_path: Path) -> None:
        path = tmp_path / "值.xlsx"
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        assert sheet is not None
        day, moment = map(datetime.fromisoformat, ("2026-01-01", "2026-01-01T08:30"))
        sheet.append([45, 0.97, day, moment, True, 0.1 + 0.2])
        sheet["B1"].number_format = "0%"

        (row,) = rows(save(workbook, path))

        assert row.cells == ("45", "97%", "2026-01-01", "2026-01-01 08:30:00", "TRUE", "0.3")

    def test_fills_merged_cells(self, tmp_path: Path) -> None:
        path = xlsx_of(tmp_path / "合并.xlsx", ["停电", "甲"], [None, "乙"], merged=["A1:A2"])

        assert [row.cells for row in rows(path)] == [("停电", "甲"), ("停电", "乙")]
        assert [row.filled for row in rows(path)] == [set(), {0}]

    def test_takes_the_value_stored_for_a_formula_and_says_where_there_is_none(
        self, tmp_path: Path
    ) -> None:
        data = (
            '<row r="1"><c r="A1" t="str"><f>B9&amp;"分钟"</f><v>45分钟</v></c>'
            '<c r="B1"><f>1+1</f></c></row>'
        )

        (row,) = rows(with_sheet(tmp_path / "公式.xlsx", data))

        assert row.cells == ("45分钟", "")
        assert row.unknown == {1}

    def test_says_which_sheets_are_hidden(self, tmp_path: Path) -> None:
        workbook = openpyxl.load_workbook(xlsx_of(tmp_path / "隐藏.xlsx", ["看得见"]))
        workbook.create_sheet("旧规定").sheet_state = "hidden"

        paper = read_paper(save(workbook, tmp_path / "隐藏.xlsx"))

        assert len(paper.pieces) == 1
        assert [(each.kind, each.place.within) for each in paper.changes] == [
            (ChangeKind.NOT_READ, "旧规定")
        ]


class TestHostile:
    """Claims of a size that would fill the memory or take for ever."""

    def test_a_merge_over_the_whole_sheet_fills_no_more_than_there_is(self, tmp_path: Path) -> None:
        data = f'<row r="1">{text_cell("A1", "甲")}</row><row r="2">{text_cell("B2", "乙")}</row>'
        merge = '<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'

        found = rows(with_sheet(tmp_path / "大合并.xlsx", data, merge))

        assert [row.cells for row in found] == [("甲",), ("甲", "乙")]

    def test_a_cell_in_the_last_row_makes_no_million_rows(self, tmp_path: Path) -> None:
        data = (
            f'<row r="1">{text_cell("A1", "甲")}</row>'
            f'<row r="1048576">{text_cell("XFD1048576", "乙")}</row>'
        )

        found = rows(with_sheet(tmp_path / "远.xlsx", data))

        assert [row.place.number for row in found] == [1]

    def test_a_row_beyond_the_last_ends_the_sheet(self, tmp_path: Path) -> None:
        data = (
            f'<row r="1">{text_cell("A1", "甲")}</row>'
            f'<row r="999999999">{text_cell("A999999999", "乙")}</row>'
        )

        assert len(rows(with_sheet(tmp_path / "太远.xlsx", data))) == 1
