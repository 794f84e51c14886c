"""What download sites, page layouts and text recognition did to a text is undone, and told."""

import pytest

from knowledge.importing.cleaning import clean
from knowledge.importing.paper import ChangeKind, Paper, Passage, Place, Row, Unit
from knowledge.importing.rules import load_rules


def cleaned(*lines: str) -> list[str]:
    return [piece.text for piece in run(*lines).pieces if isinstance(piece, Passage)]


def run(*lines: str, unit: Unit = Unit.LINE, per_page: int = 1) -> Paper:
    pieces = tuple(
        Passage(
            text=line,
            place=Place(
                file="手册.txt",
                unit=unit,
                number=(place // per_page if unit is Unit.PAGE else place) + 1,
            ),
        )
        for place, line in enumerate(lines)
    )
    return clean(Paper(name="手册.txt", pieces=pieces), load_rules().cleaning)


class TestCharacters:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("营业到17:OO为止", "营业到17:00为止"),
            ("早上l0:30开门", "早上10:30开门"),
            ("1O分钟内到场", "10分钟内到场"),
            ("收费2OO元", "收费200元"),
            ("实行「首问负责J制度", "实行「首问负责」制度"),
            ("热线９５５９８，费用２５元", "热线95598，费用25元"),
            ("请登记,再等候;谢谢", "请登记，再等候；谢谢"),
            ("可以报修吗?", "可以报修吗？"),
            ("客 户 服 务 中 心", "客户服务中心"),
            ("⽤电⾼峰", "用电高峰"),
            ("报\u200b修\ufeff电话", "报修电话"),
            ("室温20°C以上", "室温20℃以上"),
        ],
    )
    def test_are_put_right(self, before: str, after: str) -> None:
        assert cleaned(before) == [after]

    @pytest.mark.parametrize(
        "text",
        [
            "值班7:558:00交接",
            "时间10:0011:00",
            "请看 OO 小区的通告",
            "网址 www.95598.cn，邮箱 a@b.cn",
            "比例1:100",
            "Q&A: yes, no",
            "姓名 电话",
            "「交费方式」和 JIS 标准",
        ],
    )
    def test_are_left_alone_where_it_is_not_sure(self, text: str) -> None:
        assert cleaned(text) == [text]

    def test_are_put_right_in_tables_too(self) -> None:
        place = Place(file="表.xlsx", unit=Unit.SHEET_ROW, number=2)
        paper = Paper(
            name="表.xlsx", pieces=(Row(cells=("几点关门", "17:OO"), place=place, table=0),)
        )

        after = clean(paper, load_rules().cleaning)

        assert after.pieces == (Row(cells=("几点关门", "17:00"), place=place, table=0),)
        assert [(each.kind, each.before, each.after) for each in after.changes] == [
            (ChangeKind.MISREAD, "17:OO", "17:00")
        ]


class TestBoilerplate:
    @pytest.mark.parametrize(
        "line",
        [
            "本文档由某某范文网整理上传",
            "更多精品制度请到 www.desk33.com 下载",
            "链接：https://pan.baidu.com/s/1abc 提取码：12ab",
            "https://www.docin.com/p-123.html",
            "关注公众号回复“电力”获取更多资料",
            "如有侵权请联系我们删除",
            "（本资料仅供参考学习，请勿商用）",
            "文档下载后可自由编辑修改",
            "上一篇：燃气安全",
            "发布时间：2020-01-01",
            "- 12 -",
            "第 3 页 共 20 页",
            "第一章 总则……………3",
        ],
    )
    def test_goes(self, line: str) -> None:
        assert cleaned("一、报修", line, "拨打热线。") == ["一、报修", "拨打热线。"]

    @pytest.mark.parametrize(
        "line",
        [
            "请在网上国网 App 下载电子发票。",
            "详见 www.95598.cn。",
            "价格仅为参考，以当地物价部门文件为准。",
            "关注“网上国网”公众号可以查电费。",
            "客户提供的资料来自房产部门的，予以认可。",
            "报修电话 95598",
            "第3页的表格由客户填写。",
        ],
    )
    def test_is_not_seen_in_what_a_centre_says(self, line: str) -> None:
        assert cleaned(line) == [line]

    def test_is_cut_out_of_a_line_that_says_more(self) -> None:
        line = "逾期三十日不交的按规定停电（某某文库）。欠费结清后二十四小时内复电，具体见 http://www.doc88.com/p-1.html"

        assert cleaned(line) == ["逾期三十日不交的按规定停电。欠费结清后二十四小时内复电，具体见"]

    def test_is_found_quickly_in_a_line_without_end(self) -> None:
        assert cleaned("a-" * 200_000) == ["a-" * 200_000]


class TestHeaders:
    def test_of_pages_go_with_their_numbers(self) -> None:
        lines = [
            line
            for page in range(1, 5)
            for line in ("供电服务手册", f"第{page}条讲的是另一件事情。", f"{page}")
        ]

        pieces = run(*lines, unit=Unit.PAGE, per_page=3).pieces

        assert [piece.text for piece in pieces if isinstance(piece, Passage)] == [
            f"第{page}条讲的是另一件事情。" for page in range(1, 5)
        ]

    def test_that_became_text_go_but_for_the_title(self) -> None:
        header = "供电公司服务手册 第{}页"

        texts = cleaned(header.format(1), "甲", header.format(2), "乙", header.format(3), "丙")

        assert texts == ["供电公司服务手册 第1页", "甲", "乙", "丙"]

    def test_are_not_sentences_that_come_again(self) -> None:
        lines = ["请拨打公司热线。"] * 4

        assert cleaned(*lines) == lines


class TestNumbering:
    @pytest.mark.parametrize(
        ("lines", "after"),
        [
            (("3.", "4.1.1 受理后24小时内联系"), ["4.1.1 受理后24小时内联系"]),
            (("（2）", "登记地址"), ["（2）登记地址"]),
            (("1", "．报修受理"), ["1．报修受理"]),
            (("一、", "营业时间"), ["一、营业时间"]),
            (("9、缴费", "1", "0、过户"), ["9、缴费", "10、过户"]),
            (("4. 1 .1 受理",), ["4.1.1 受理"]),
            (("受理后登记。", "37"), ["受理后登记。"]),
            (("第三章", "投诉处理"), ["第三章 投诉处理"]),
        ],
    )
    def test_is_joined_to_its_line_or_dropped(
        self, lines: tuple[str, ...], after: list[str]
    ) -> None:
        assert cleaned(*lines) == after

    def test_keeps_the_place_where_it_began(self) -> None:
        (piece,) = run("（2）", "登记地址").pieces

        assert piece.place.number == 1


class TestLines:
    def test_that_a_page_broke_are_joined(self) -> None:
        lines = (
            "城区客户报修后抢修人员应当在四十五分钟内到",
            "达现场，恶劣天气除外。",
            "农村为九十分钟。",
        )

        pieces = run(*lines, unit=Unit.PAGE, per_page=3).pieces

        assert [piece.text for piece in pieces if isinstance(piece, Passage)] == [
            "城区客户报修后抢修人员应当在四十五分钟内到达现场，恶劣天气除外。",
            "农村为九十分钟。",
        ]

    def test_of_other_files_stay_as_they_are(self) -> None:
        lines = ("抢修人员应当在四十五分钟内到", "达现场，恶劣天气除外。")

        assert cleaned(*lines) == list(lines)


class TestChanges:
    def test_tell_everything_that_was_done(self) -> None:
        paper = run("本文档由某某范文网整理上传", "3.", "4.1.1 上班到17:OO为止")

        told = [(each.kind, each.place.number, each.before, each.after) for each in paper.changes]

        assert told == [
            (ChangeKind.MISREAD, 3, "4.1.1 上班到17:OO为止", "4.1.1 上班到17:00为止"),
            (ChangeKind.BOILERPLATE, 1, "本文档由某某范文网整理上传", ""),
            (ChangeKind.NUMBERING, 2, "3.", "4.1.1 上班到17:00为止"),
        ]
