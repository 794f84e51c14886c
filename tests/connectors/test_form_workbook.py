"""Forms as real workbooks: nothing in them runs, everything prints on A4."""

from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from connectors.form_workbook import form_workbook, summary_workbook
from tickets.form_filling import FilledBox, FilledForm, FilledSection, FilledSummary

A4 = 9


def form(*rows: tuple[FilledBox, ...]) -> FilledForm:
    return FilledForm(
        title="工作联系单",
        centre="物业服务中心",
        printed_at="2026-11-21 09:30",
        sections=(FilledSection(title="联系事项", rows=rows),),
    )


def box(label: str, value: str = "", lines: int = 1) -> FilledBox:
    return FilledBox(label=label, value=value, lines=lines)


def opened(content: bytes) -> Any:
    return load_workbook(BytesIO(content)).active


def texts(sheet: Any) -> list[str]:
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value]


class TestFormWorkbook:
    @pytest.mark.parametrize(
        "value",
        [
            '=HYPERLINK("http://x")',
            "+86 138",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "＝1",
            "=cmd|' /C calc'!A0",
        ],
    )
    def test_holds_no_cell_that_could_be_run(self, value: str) -> None:
        sheet = opened(form_workbook(form((box("内容", value), box(value)))))

        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "＝"))
        assert f"'{value}" in texts(sheet)

    def test_prints_on_one_a4_page_upright(self) -> None:
        sheet = opened(form_workbook(form((box("内容", "漏水", lines=8),))))

        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (A4, "portrait")
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage

    def test_gives_a_long_story_the_height_it_needs(self) -> None:
        short = opened(form_workbook(form((box("内容", "漏水"),))))
        long = opened(form_workbook(form((box("内容", "楼上漏水，天花板泡坏了。" * 20),))))

        assert long.row_dimensions[4].height > 5 * short.row_dimensions[4].height

    def test_survives_what_no_workbook_can_hold(self) -> None:
        sheet = opened(form_workbook(form((box("内容", "停\x0b电\ud800" + "长" * 40_000),))))

        (story,) = [text for text in texts(sheet) if text.startswith("停")]
        assert story.startswith("停\ufffd电\ufffd长")
        assert len(story) < 3000


class TestSummaryWorkbook:
    def test_prints_its_header_on_every_page_across(self) -> None:
        table = FilledSummary(
            title="投诉记录汇总表",
            centre="物业服务中心",
            month="2026-11",
            printed_at="",
            columns=(("序号", 6), ("投诉内容", 30)),
            rows=tuple((str(number), "=1+1") for number in range(1, 61)),
            signed=("制表人", "日期"),
        )

        sheet = opened(summary_workbook(table))

        assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (A4, "landscape")
        assert sheet.print_title_rows == "$3:$3"
        assert [sheet.column_dimensions[name].width for name in "AB"] == [6, 30]
        assert texts(sheet).count("'=1+1") == 60
