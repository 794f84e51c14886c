"""Text, tables of comma separated values, Markdown and web pages."""

from pathlib import Path

import pytest

from knowledge.importing.intake import read_paper
from knowledge.importing.paper import ChangeKind, Passage, Piece, Row

CSV = '问题,答案\n多久到,"城区 45 分钟\n农村 90 分钟"\n怎么交费,网上国网\n'


def pieces_of(path: Path, content: str | bytes) -> tuple[Piece, ...]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_paper(path).pieces


def said(pieces: tuple[Piece, ...]) -> list[object]:
    return [piece.text if isinstance(piece, Passage) else piece.cells for piece in pieces]


class TestCommas:
    @pytest.mark.parametrize(
        "content",
        [
            CSV.encode(),
            CSV.encode("utf-8-sig"),
            CSV.encode("gbk"),
            CSV.encode("gb18030"),
            CSV.encode("utf-16"),
            CSV.replace("\n", "\r\n").encode(),
            CSV.replace(",", "\t").encode(),
            CSV.replace(",", ";").encode(),
        ],
        ids=["UTF-8", "with its mark", "GBK", "GB18030", "UTF-16", "CRLF", "tabs", "semicolons"],
    )
    def test_reads_what_offices_save(self, tmp_path: Path, content: bytes) -> None:
        pieces = pieces_of(tmp_path / "问答.csv", content)

        assert said(pieces) == [
            ("问题", "答案"),
            ("多久到", "城区 45 分钟\n农村 90 分钟"),
            ("怎么交费", "网上国网"),
        ]

    def test_counts_lines_as_an_editor_does(self, tmp_path: Path) -> None:
        pieces = pieces_of(tmp_path / "问答.csv", CSV)

        assert [piece.place.number for piece in pieces] == [1, 2, 4]


class TestPlain:
    def test_takes_each_line_with_its_number(self, tmp_path: Path) -> None:
        pieces = pieces_of(tmp_path / "规定.txt", "第一条\n\n  第二条\n".encode("gbk"))

        assert [
            (piece.place.number, text) for piece, text in zip(pieces, said(pieces), strict=True)
        ] == [
            (1, "第一条"),
            (3, "第二条"),
        ]


class TestMarkdown:
    def test_reads_headings_text_lists_and_tables(self, tmp_path: Path) -> None:
        text = (
            "# 交费\n在 **网上** [国网](https://x.cn) 交。\n\n"
            "1. 登录\n2. 付款\n\n|问题|答案|\n|-|-|\n|甲|乙|\n"
        )

        pieces = pieces_of(tmp_path / "交费.md", text)

        assert said(pieces) == [
            "交费",
            "在 网上 国网 交。",
            "1. 登录",
            "2. 付款",
            ("问题", "答案"),
            ("甲", "乙"),
        ]
        assert [piece.level for piece in pieces if isinstance(piece, Passage)] == [1, 0, 0, 0]

    def test_passes_over_the_front_matter_and_keeps_the_lines_right(self, tmp_path: Path) -> None:
        (piece,) = pieces_of(tmp_path / "页.md", "---\ntitle: x\n---\n正文\n")

        assert (said((piece,)), piece.place.number) == (["正文"], 4)

    def test_leaves_out_scripts(self, tmp_path: Path) -> None:
        pieces = pieces_of(tmp_path / "页.md", "正文\n\n<script>alert(1)</script>\n")

        assert said(pieces) == ["正文"]


class TestWeb:
    def test_reads_what_is_seen_and_nothing_else(self, tmp_path: Path) -> None:
        page = (
            "<html><head><title>题</title><style>p{}</style></head><body onload='x()'>"
            "<nav>首页 新闻</nav><h2>报修</h2><p>城区<b>45</b>分钟<br>农村90分钟</p>"
            "<script>document.write('偷看')</script><p style='display: none'>藏</p>"
            "<p hidden>藏</p><!-- 注 --><footer>版权</footer></body></html>"
        )

        pieces = pieces_of(tmp_path / "页.html", page)

        assert said(pieces) == ["报修", "城区45分钟", "农村90分钟"]

    def test_fills_cells_that_span_rows_and_columns(self, tmp_path: Path) -> None:
        page = (
            "<table><tr><th>问题<th>答案<th>分类</tr>"
            "<tr><td rowspan=2>多久到<td>45分钟<td>抢修</tr><tr><td colspan=2>90分钟</tr></table>"
        )

        pieces = pieces_of(tmp_path / "表.html", page)

        assert said(pieces)[1:] == [("多久到", "45分钟", "抢修"), ("多久到", "90分钟", "90分钟")]
        assert [piece.filled for piece in pieces if isinstance(piece, Row)][2] == {0, 2}

    def test_reads_a_page_in_gbk(self, tmp_path: Path) -> None:
        page = "<html><meta charset=gb2312><p>城区四十五分钟到达现场</p></html>"

        assert said(pieces_of(tmp_path / "页.htm", page.encode("gbk"))) == [
            "城区四十五分钟到达现场"
        ]

    def test_is_known_by_its_content_whatever_its_name(self, tmp_path: Path) -> None:
        (tmp_path / "导出.xls").write_text("<html><table><tr><td>问题<td>答案</table></html>")

        paper = read_paper(tmp_path / "导出.xls")

        assert said(paper.pieces) == [("问题", "答案")]
        assert [(each.kind, each.before) for each in paper.changes] == [
            (ChangeKind.NOT_READ, "内容其实是 html，按 html 读取")
        ]
