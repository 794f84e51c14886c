"""How a text or a table is divided into entries."""

from pathlib import Path

import pytest

from knowledge.entry import EntryKind
from knowledge.importing import telling
from knowledge.importing.cleaning import clean
from knowledge.importing.intake import read_paper
from knowledge.importing.paper import Change, ChangeKind
from knowledge.importing.proposal import MAX_ANSWER, MAX_LINE
from knowledge.importing.rules import load_rules
from knowledge.importing.splitting import split
from knowledge.importing.splitting.parts import Draft
from tests.knowledge.importing.documents import docx_of, xlsx_of


def drafts_of(path: Path) -> tuple[list[Draft], list[Change]]:
    rules = load_rules()
    return split(clean(read_paper(path), rules.cleaning), rules)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def from_text(folder: Path, *lines: str, name: str = "手册.txt") -> list[Draft]:
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return drafts_of(folder / name)[0]


class TestTables:
    HEADER = ("序号", "客户问法", "标准答复", "相似问法", "业务分类", "依据")

    def test_give_an_entry_for_each_row(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx",
            self.HEADER,
            (
                1,
                "停电了找谁？",
                "请拨打热线。",
                "没电怎么办；家里黑了\n3.谁管停电",
                "停电",
                "十项承诺",
            ),
        )

        (draft,), _ = drafts_of(path)

        assert draft.title == "停电了找谁"
        assert draft.questions == ("停电了找谁", "没电怎么办", "家里黑了", "谁管停电")
        assert (draft.answer, draft.kind, draft.topic) == ("请拨打热线。", EntryKind.FAQ, "停电")
        assert draft.fields["source"] == "十项承诺"
        assert telling.where(draft.place) == "问答.xlsx 问答 第2行"

    def test_find_their_header_below_a_title(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx",
            ("供电问答库", None),
            (None, None),
            ("问题", "答案"),
            ("停电了找谁", "请拨打热线。"),
            merged=["A1:B1"],
        )

        assert [draft.title for draft in drafts_of(path)[0]] == ["停电了找谁"]

    def test_join_the_answers_to_a_merged_question(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx",
            ("问题", "答案"),
            ("多久到场", "城区 45 分钟。"),
            (None, "农村 90 分钟。"),
            merged=["A2:A3"],
        )

        (draft,), _ = drafts_of(path)

        assert draft.answer == "城区 45 分钟。\n农村 90 分钟。"

    def test_join_the_questions_to_a_merged_answer(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx",
            ("问题", "答案"),
            ("停电了找谁", "请拨打热线。"),
            ("没电找谁", None),
            merged=["B2:B3"],
        )

        (draft,), _ = drafts_of(path)

        assert draft.questions == ("停电了找谁", "没电找谁")

    def test_take_a_row_of_one_merged_cell_as_the_topic(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx",
            ("问题", "答案"),
            ("停电类", None),
            ("停电了找谁", "请拨打热线。"),
            merged=["A2:B2"],
        )

        (draft,), _ = drafts_of(path)

        assert draft.topic == "停电类"

    def test_tell_of_rows_without_question_or_answer(self, folder: Path) -> None:
        path = xlsx_of(
            folder / "问答.xlsx", ("问题", "答案"), ("停电了找谁", None), ("怎么交费", "=B9")
        )

        drafts, changes = drafts_of(path)

        assert drafts == []
        assert [(each.kind, each.place.number, each.after) for each in changes] == [
            (ChangeKind.LEFT_OUT, 2, "有问题，没有答案"),
            (ChangeKind.LEFT_OUT, 3, "公式没有保存结果，请在 Excel 里打开保存一次"),
        ]

    def test_of_wordings_give_scripts(self, folder: Path) -> None:
        path = xlsx_of(folder / "话术.xlsx", ("问题", "标准话术"), ("客户着急", "您先别急。"))

        (draft,), _ = drafts_of(path)

        assert draft.kind is EntryKind.SCRIPT

    def test_take_the_kind_that_is_written(self, folder: Path) -> None:
        rows = (("问题", "答案", "类型"), ("多久到场", "45 分钟。", "规定"))

        (draft,), _ = drafts_of(xlsx_of(folder / "问答.xlsx", *rows))

        assert draft.kind is EntryKind.POLICY

    def test_without_questions_become_text_that_can_be_read_alone(self, folder: Path) -> None:
        (folder / "价.md").write_text(
            "# 停车费\n\n|序号|车型|每月|\n|-|-|-|\n|1|小车|150元|\n|2|大车|300元|\n",
            encoding="utf-8",
        )

        (draft,), _ = drafts_of(folder / "价.md")

        assert draft.answer == "车型：小车；每月：150元\n车型：大车；每月：300元"


class TestDialogue:
    def test_is_known_by_its_marks(self, folder: Path) -> None:
        drafts = from_text(
            folder,
            "1、问：闻到煤气味怎么办？",
            "答：关阀门、开窗，到室外打热线。",
            "能不能开灯？不能。",
            "问题2：换表要钱吗？ 答：到期换表免费。",
        )

        assert [(each.title, each.answer) for each in drafts] == [
            ("闻到煤气味怎么办", "关阀门、开窗，到室外打热线。\n能不能开灯？不能。"),
            ("换表要钱吗", "到期换表免费。"),
        ]
        assert {each.kind for each in drafts} == {EntryKind.FAQ}

    def test_with_two_questions_in_a_row_has_one_answer(self, folder: Path) -> None:
        (draft,) = from_text(folder, "问：欠费还能用吗？", "问：欠费会停气吗？", "答：会有宽限期。")

        assert draft.questions == ("欠费还能用吗", "欠费会停气吗")

    def test_may_be_marked_with_letters_if_both_are(self, folder: Path) -> None:
        marked = from_text(folder, "Q：怎么交费？", "A：网上交。")
        listed = from_text(folder, "交费办法", "怎么交费有三种：", "A. 网上", "B. 柜台")

        assert [(each.title, each.answer) for each in marked] == [("怎么交费", "网上交。")]
        assert listed[0].answer == "怎么交费有三种：\nA. 网上\nB. 柜台"

    def test_is_known_by_headings_that_ask(self, folder: Path) -> None:
        drafts = from_text(
            folder,
            "# 服务问答",
            "## 装修要先申请吗？",
            "要。",
            "## 怎么报修？",
            "打电话。",
            name="问答.md",
        )

        assert [(each.title, each.answer, each.topic) for each in drafts] == [
            ("装修要先申请吗", "要。", "服务问答"),
            ("怎么报修", "打电话。", "服务问答"),
        ]


class TestRules:
    def test_become_entries_by_heading(self, folder: Path) -> None:
        drafts = from_text(
            folder,
            "客户服务规定",
            "第一章 投诉处理",
            "一、受理时限",
            "受理后二十四小时内与客户联系。",
            "（一）夜间投诉的受理",
            "由值班人员登记，次日上班后处理，并且告知客户处理人。",
            "第二章 回访",
            "办结后三个工作日内回访。",
        )

        assert [(each.title, each.topic) for each in drafts] == [
            ("投诉处理：受理时限", "投诉处理"),
            ("夜间投诉的受理", "投诉处理"),
            ("客户服务规定：回访", "客户服务规定"),
        ]
        assert {each.kind for each in drafts} == {EntryKind.POLICY}

    def test_keep_a_list_in_one_entry(self, folder: Path) -> None:
        (draft,) = from_text(
            folder, "一、过户材料", "请带下面的材料：", "1. 身份证明", "2. 房产证明", "3. 交费记录"
        )

        assert draft.answer == "请带下面的材料：\n1. 身份证明\n2. 房产证明\n3. 交费记录"

    def test_know_headings_that_are_only_bold(self, folder: Path) -> None:
        import docx

        document = docx.Document()
        for title, text in (("受理", "当场登记客户的地址。"), ("派单", "十分钟内派给抢修班。")):
            document.add_paragraph().add_run(title).bold = True
            document.add_paragraph(text)
        document.save(str(folder / "粗.docx"))

        drafts, _ = drafts_of(folder / "粗.docx")

        assert [draft.answer for draft in drafts] == [
            "当场登记客户的地址。",
            "十分钟内派给抢修班。",
        ]

    def test_are_divided_by_article(self, folder: Path) -> None:
        drafts = from_text(
            folder, "第一章 停电", "第一条 计划停电提前七天公告。", "第二条 故障停电及时抢修。"
        )

        assert [(each.title, each.answer) for each in drafts] == [
            ("停电：第一条", "第一条 计划停电提前七天公告。"),
            ("停电：第二条", "第二条 故障停电及时抢修。"),
        ]

    def test_say_the_same_only_once(self, folder: Path) -> None:
        (draft,) = from_text(
            folder, "一、停电", "先看有没有欠费。", "先看有没有欠费。", "再打热线。"
        )

        assert draft.answer == "先看有没有欠费。\n再打热线。"

    def test_of_wordings_give_scripts(self, folder: Path) -> None:
        (draft,) = from_text(folder, "安抚话术", "一、客户着急时", "您先别急，我马上帮您查。")

        assert draft.kind is EntryKind.SCRIPT

    def test_that_only_list_the_contents_make_none(self, folder: Path) -> None:
        (folder / "手册.txt").write_text("一、目录\n报修\n交费\n二、报修\n请打热线。")

        drafts, changes = drafts_of(folder / "手册.txt")

        assert [draft.title for draft in drafts] == ["报修"]
        assert [(each.kind, each.before) for each in changes] == [
            (ChangeKind.LEFT_OUT, "目录 报修")
        ]


class TestSizes:
    def test_a_long_section_is_cut_between_paragraphs(self, folder: Path) -> None:
        lines = [f"第{number}件事要这样办。" + "说明" * 100 + "。" for number in range(6)]

        drafts = from_text(folder, "一、停电处理", *lines)

        assert [each.title for each in drafts] == [f"停电处理（{part}/3）" for part in (1, 2, 3)]
        assert "\n".join(each.answer for each in drafts) == "\n".join(lines)
        assert all(len(each.answer) <= 600 for each in drafts)

    def test_a_paragraph_longer_than_any_entry_is_cut_between_sentences(self, folder: Path) -> None:
        text = "".join(f"这是其中的第{number}句话。" for number in range(500))

        drafts = from_text(folder, "一、停电处理", text)

        assert "".join(each.answer for each in drafts) == text
        assert all(each.answer.endswith("。") for each in drafts)

    def test_an_answer_stays_whole_as_long_as_an_entry_can_hold_it(self, folder: Path) -> None:
        path = xlsx_of(folder / "问答.xlsx", ("问题", "答案"), ("怎么办", "说" * MAX_ANSWER))

        assert len(drafts_of(path)[0]) == 1

    def test_what_an_entry_cannot_hold_is_cut_and_told(self, folder: Path) -> None:
        path = xlsx_of(folder / "问答.xlsx", ("问题", "答案"), ("问" * 400, "答"))

        (draft,), changes = drafts_of(path)

        assert len(draft.title) == MAX_LINE
        assert {each.kind for each in changes} == {ChangeKind.CUT}

    def test_text_under_no_heading_is_named_by_its_first_sentence(self, folder: Path) -> None:
        path = docx_of(
            folder / "信.docx", "停电时请先看总开关有没有跳开，再看邻居。然后打热线。", "谢谢。"
        )

        (draft,), _ = drafts_of(path)

        assert draft.title == "停电时请先看总开关有没有跳开，再看邻居"
