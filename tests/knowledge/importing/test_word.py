"""Word documents: what a reader sees is read, in order and with its place."""

from pathlib import Path

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from knowledge.importing.intake import read_paper
from knowledge.importing.paper import Passage, Row, Unit
from tests.knowledge.importing.documents import docx_of, save


def texts(path: Path) -> list[str]:
    return [piece.text for piece in read_paper(path).pieces if isinstance(piece, Passage)]


def rows(path: Path) -> list[Row]:
    return [piece for piece in read_paper(path).pieces if isinstance(piece, Row)]


class TestRead:
    def test_numbers_the_paragraphs_that_are_not_empty(self, tmp_path: Path) -> None:
        path = docx_of(tmp_path / "规定.docx", "第一段", "", "第二段")

        pieces = read_paper(path).pieces

        assert [piece.place.number for piece in pieces] == [1, 2]
        assert {piece.place.unit for piece in pieces} == {Unit.PARAGRAPH}
        assert {piece.place.file for piece in pieces} == {"规定.docx"}

    def test_knows_headings_by_their_styles(self, tmp_path: Path) -> None:
        path = docx_of(
            tmp_path / "规定.docx",
            ("Title", "手册"),
            ("Heading 1", "投诉"),
            ("Heading 2", "时限"),
            "正文",
        )

        levels = [piece.level for piece in read_paper(path).pieces if isinstance(piece, Passage)]

        assert levels == [1, 2, 3, 0]

    def test_keeps_tables_where_they_stand(self, tmp_path: Path) -> None:
        document = docx.Document()
        document.add_paragraph("前")
        document.add_table(1, 2).cell(0, 0).text = "格"
        document.add_paragraph("后")

        pieces = read_paper(save(document, tmp_path / "表.docx")).pieces

        assert [type(piece) for piece in pieces] == [Passage, Row, Passage]

    def test_fills_cells_merged_across_and_downwards(self, tmp_path: Path) -> None:
        document = docx.Document()
        table = document.add_table(3, 3)
        table.cell(0, 0).merge(table.cell(0, 1)).text = "横"
        table.cell(0, 2).merge(table.cell(2, 2)).text = "竖"
        table.cell(1, 0).text, table.cell(1, 1).text = "甲", "乙"
        table.cell(2, 0).text, table.cell(2, 1).text = "丙", "丁"

        found = rows(save(document, tmp_path / "合并.docx"))

        assert [row.cells for row in found] == [
            ("横", "横", "竖"),
            ("甲", "乙", "竖"),
            ("丙", "丁", "竖"),
        ]
        assert [row.filled for row in found] == [{1}, {2}, {2}]

    def test_survives_a_cell_merged_over_thousands_of_rows(self, tmp_path: Path) -> None:
        document = docx.Document()
        merged = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
        row = f"<w:tr>{merged}<w:tc><w:p><w:r><w:t>行</w:t></w:r></w:p></w:tc></w:tr>"
        document.element.body.insert(0, parse_xml(f"<w:tbl {nsdecls('w')}>{row * 3000}</w:tbl>"))

        assert len(rows(save(document, tmp_path / "长表.docx"))) == 3000


class TestSeen:
    """Parts that python-docx's own text leaves out, or should."""

    def paragraph(self, tmp_path: Path, inner: str) -> list[str]:
        document = docx.Document()
        document.element.body.insert(0, parse_xml(f"<w:p {nsdecls('w')}>{inner}</w:p>"))
        return texts(save(document, tmp_path / "段.docx"))

    def test_reads_what_was_inserted_and_not_what_was_deleted(self, tmp_path: Path) -> None:
        tracked = (
            "<w:r><w:t>时限</w:t></w:r>"
            "<w:del><w:r><w:delText>三天</w:delText></w:r></w:del>"
            "<w:ins><w:r><w:t>两天</w:t></w:r></w:ins>"
        )

        assert self.paragraph(tmp_path, tracked) == ["时限两天"]

    def test_reads_content_controls_and_links(self, tmp_path: Path) -> None:
        wrapped = (
            "<w:sdt><w:sdtContent><w:r><w:t>热线</w:t></w:r></w:sdtContent></w:sdt>"
            "<w:hyperlink><w:r><w:t>95598</w:t></w:r></w:hyperlink>"
        )

        assert self.paragraph(tmp_path, wrapped) == ["热线95598"]

    def test_leaves_out_hidden_text_and_field_codes(self, tmp_path: Path) -> None:
        hidden = (
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>更多资料请下载</w:t></w:r>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>正文</w:t></w:r>"
        )

        assert self.paragraph(tmp_path, hidden) == ["正文"]

    def test_reads_the_words_of_a_text_box_once(self, tmp_path: Path) -> None:
        box = "<w:txbxContent><w:p><w:r><w:t>框里</w:t></w:r></w:p></w:txbxContent>"
        drawn = (
            "<w:r><w:t>框外</w:t></w:r><w:r>"
            '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f'<mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>'
            "</mc:AlternateContent></w:r>"
        )

        assert self.paragraph(tmp_path, drawn) == ["框外", "框里"]
