"""The trainers' console in real browsers: from a question in vain to the customer's answer."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from desk.learning import draft_net_stamp
from desk.settings import ROOT, Settings
from tests.conftest import RunningDesk, start_desk
from tests.desk.small_centre import make_small_centre
from tests.lending import lend

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_rasa, pytest.mark.needs_encoder]

# nothing that begins a request: "停电了，冰箱里的肉坏了赔不赔" is taken for a fault report
ASKED = "电费发票抬头写错了能重开吗"
ANSWER = "可以重开，请带原发票到营业厅，我们作废后当场开新的。"
# a desk gathers every ten seconds what nobody answered
GATHERED_WITHIN_MS = 30_000
EXAMINED_WITHIN_MS = 180_000
GIVE_UP_S = 240
TICKS = os.sysconf("SC_CLK_TCK")


def make_centre(folder: Path) -> tuple[Path, Path]:
    """The power centre with six entries, so that an examination takes seconds."""
    small = make_small_centre(folder / "small")
    profiles, data = folder / "profiles", folder / "data"
    shutil.copytree(ROOT / "profiles", profiles, ignore=shutil.ignore_patterns("gas", "property"))
    home = profiles / "power"
    for name in ("corpus", "questions"):
        shutil.rmtree(home / name)
        shutil.copytree(small.profiles_dir / "small" / name, home / name)
    shutil.copy(small.profiles_dir / "small" / "profile.yml", home)
    made = Settings().data_dir
    lend(made, data, linked=("encoders",))
    # the net of drafts is that of the delivered centres, which these entries are from
    draft_net_stamp(Settings(data_dir=data, profiles_dir=profiles)).write()
    folders = {"SEATMATE_DATA_DIR": str(data), "SEATMATE_PROFILES_DIR": str(profiles)}
    # what is made once is made before the desk is started, which is not waited for so long
    subprocess.run(
        [sys.executable, "-m", "desk", "setup"], cwd=ROOT, env={**os.environ, **folders}, check=True
    )
    return profiles, data


@pytest.fixture(scope="module")
def small_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    profiles, data = make_centre(tmp_path_factory.mktemp("trainers"))
    with start_desk(data, profiles=profiles) as desk:
        yield desk


@dataclass
class Trainer:
    """Somebody with the console open."""

    desk: RunningDesk
    page: Page
    name: str
    password: str

    @classmethod
    def hired(cls, desk: RunningDesk, page: Page, name: str) -> "Trainer":
        trainer = cls(desk, page, name, desk.hire(name, role="trainer"))
        trainer.signs_in()
        return trainer

    def signs_in(self) -> None:
        self.page.get_by_label("姓名").fill(self.name)
        self.page.get_by_label("密码").fill(self.password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("#who")).to_have_text(self.name)

    def comes_back(self, open_page: Callable[..., Page]) -> None:
        """Closes the browser, and opens another one at the same page."""
        where = self.page.url
        self.page.context.close()
        self.page = open_page(where)
        self.signs_in()

    def opens(self, title: str) -> None:
        self.page.locator("#menu").get_by_text(title, exact=True).click()

    def field(self, label: str) -> Locator:
        return self.page.locator(f".entry-form [name={label}]")

    def key(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def waits_for_gap(self, text: str) -> Locator:
        """Look again until a question asked in vain is on the list of gaps."""
        self.opens("缺口")
        gap = self.page.locator(".gap").filter(has_text=text)
        waited = 0
        while not gap.count():
            assert waited < GATHERED_WITHIN_MS, f"{text} was not gathered"
            self.page.wait_for_timeout(1_000)
            waited += 1_000
            self.key("刷新").click()
            expect(self.page.locator("[aria-busy]")).to_have_count(0)
        return gap

    def opens_entry(self, title: str) -> None:
        self.opens("词条")
        # what is typed reads the list again: a click into the one before may be lost
        with self.page.expect_response(lambda answer: "/knowledge/entries?q=" in answer.url):
            self.page.get_by_label("搜索词条").fill(title)
        expect(self.page.locator("[aria-busy]")).to_have_count(0)
        self.page.locator("table a").get_by_text(title, exact=True).click()
        expect(self.field("title")).to_have_value(title)


@pytest.fixture
def hire(small_desk: RunningDesk, open_page: Callable[..., Page]) -> Callable[..., Trainer]:
    def hiring(name: str, **size: int) -> Trainer:
        return Trainer.hired(small_desk, open_page(f"{small_desk.url}/trainer", **size), name)

    return hiring


def cpu_seconds(desk: RunningDesk) -> float:
    """What the desk, the bot and the processes they have waited for have worked so far."""
    worked = 0
    for pid in desk.pids_of(""):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        worked += sum(map(int, fields[11:15]))
    return worked / TICKS


class Customer:
    """Somebody with the chat page open on a phone."""

    def __init__(self, desk: RunningDesk, open_page: Callable[..., Page]) -> None:
        self.page = open_page(f"{desk.url}/", width=420)
        expect(self.page.locator("#state")).to_have_attribute("data-state", "online")

    def asks(self, text: str) -> str:
        """The bot's answer."""
        known = self.page.locator("#log > .bot").count()
        self.page.get_by_label("请输入您的问题").fill(text)
        self.page.get_by_role("button", name="发送").click()
        said = self.page.locator("#log > .bot")
        # the bubbles of one answer come together
        expect(said.nth(known)).to_be_visible()
        return "\n".join(said.all_inner_texts()[known:])


class TestStory:
    def test_goes_from_a_question_in_vain_to_the_customers_answer(
        self,
        small_desk: RunningDesk,
        open_page: Callable[..., Page],
        hire: Callable[..., Trainer],
        errors: list[str],
    ) -> None:
        customer = Customer(small_desk, open_page)
        assert ANSWER not in customer.asks(ASKED)
        # none of the choices is it: who says something else has picked none
        customer.asks("谢谢")
        author, reviewer = hire("陈晓"), hire("赵敏")

        gap = author.waits_for_gap(ASKED)
        gap.click()
        author.page.keyboard.press("n")
        expect(author.page.get_by_label("标题")).to_have_value(ASKED)
        author.page.get_by_label("客户会怎么问").fill(
            f"{ASKED}\n发票抬头开错了怎么办\n发票名称写错了能改吗\n开错的发票找谁换"
        )
        author.page.get_by_label("答复", exact=True).fill(ANSWER)
        author.page.get_by_label("出处").fill("供电营业规则")
        saved, begun = time.monotonic(), cpu_seconds(small_desk)
        author.key("保存草稿").click()
        expect(gap).to_have_count(0)
        author.page.locator(".done-bar a").click()
        expect(author.page.locator(".phone")).to_contain_text(ANSWER)
        author.key("提交审核").click()
        expect(author.page.locator(".tag")).to_have_text("待审核")
        expect(author.page.locator(".acts")).to_contain_text("由另一个人审核")

        reviewer.opens_entry(ASKED)
        reviewer.key("审核通过").click()
        expect(reviewer.page.locator(".tag").first).to_have_text("已通过")

        author.opens("测试与发布")
        expect(author.page.locator(".part-changed")).to_contain_text("新增 1 条")
        author.key("重新测试").or_(author.key("开始测试")).click()
        expect(author.page.locator(".steps")).to_be_visible()
        # the run goes on meanwhile, and is there on return
        author.comes_back(open_page)
        expect(author.key("发布")).to_be_visible(timeout=EXAMINED_WITHIN_MS)
        author.key("发布").click()
        expect(author.page.locator(".part-found")).to_contain_text("已发布为第 2 次")
        published = time.monotonic()

        # every publication still tells what it did worse, and how far its numbers could be trusted
        author.key("第 2 次").click()
        expect(author.page.locator(".past")).to_contain_text("比当时")
        expect(author.page.locator(".past svg")).to_be_visible()

        answer = ""
        while ANSWER not in answer and time.monotonic() < published + GIVE_UP_S:
            answer = customer.asks(ASKED)
        took, worked = time.monotonic() - saved, cpu_seconds(small_desk) - begun
        # issue 8 promises 60 s; how fast this machine is decides about no test
        print(f"from save to answer: {took:.1f} s, of which the machine worked {worked:.1f} s")
        assert ANSWER in answer
        assert errors == []


class TestEditing:
    def test_keeps_the_text_of_the_one_who_was_later(
        self, hire: Callable[..., Trainer], errors: list[str]
    ) -> None:
        first, second = hire("钱一"), hire("孙二")
        for trainer in (first, second):
            trainer.opens_entry("过户需要什么材料")
        first.field("answer").fill("请带身份证明。")
        first.page.get_by_label("原因").fill("改短")
        first.key("保存修改").click()
        expect(first.page.locator(".tag").first).to_have_text("草稿")

        second.field("answer").fill("请带房产证。")
        second.page.get_by_label("原因").fill("补充")
        second.key("保存修改").click()

        conflict = second.page.locator(".conflict")
        expect(conflict).to_contain_text("钱一 已经改过这个词条")
        expect(conflict).to_contain_text("请带身份证明。")
        expect(second.field("answer")).to_have_value("请带房产证。")
        second.key("保存修改").click()
        expect(second.page.locator(".history summary")).to_contain_text("历史（3）")
        assert errors == []

    def test_lets_an_entry_end_at_the_minute_that_is_written(
        self, hire: Callable[..., Trainer], errors: list[str]
    ) -> None:
        trainer = hire("吴四")
        trainer.opens_entry("电费在哪里交")
        trainer.field("valid_to").fill("2099-12-31")
        trainer.page.get_by_label("几点失效").fill("18:30")
        trainer.page.get_by_label("原因").fill("活动结束")
        trainer.key("保存修改").click()
        expect(trainer.page.locator(".tag").first).to_have_text("草稿")

        trainer.page.reload()

        expect(trainer.field("valid_to")).to_have_value("2099-12-31")
        expect(trainer.page.get_by_label("几点失效")).to_have_value("18:30")
        # what nobody touched is no change
        expect(trainer.key("保存修改")).to_have_count(0)
        assert errors == []

    def test_warns_of_an_entry_that_says_otherwise_while_typing(
        self, hire: Callable[..., Trainer]
    ) -> None:
        trainer = hire("周三")
        trainer.opens("词条")
        trainer.key("新建词条").click()
        trainer.field("title").fill("报修后抢修人员多久到现场")

        trainer.field("answer").fill("城区 30 分钟，农村 90 分钟。")

        expect(trainer.page.locator(".beside")).to_contain_text("说法矛盾：30 分钟 / 45 分钟")

    def test_lists_what_clashes_in_the_whole_corpus(
        self, hire: Callable[..., Trainer], errors: list[str]
    ) -> None:
        trainer = hire("王六")
        trainer.opens("词条")
        trainer.key("新建词条").click()
        trainer.field("title").fill("师傅什么时候能到我家")
        trainer.field("answer").fill("城区 20 分钟，农村 90 分钟。")
        trainer.key("存为草稿").click()
        # a new entry is called a draft before it is kept; its title stands above it only then
        expect(trainer.page.locator(".place h1")).to_have_text("师傅什么时候能到我家")
        expect(trainer.page.locator(".tag").first).to_have_text("草稿")

        trainer.opens("词条")
        trainer.key("矛盾和重复").click()

        clash = trainer.page.locator(".clashes .near").filter(has_text="城区 20 分钟")
        expect(clash.first).to_contain_text("说法矛盾")
        expect(clash.first).to_contain_text("分钟，特殊边远地区 2 小时")
        assert errors == []


class TestImport:
    def test_saves_what_was_looked_at_and_all_of_it_can_be(
        self, hire: Callable[..., Trainer], errors: list[str]
    ) -> None:
        rows = "\n".join(f"第{number}号楼几点供水\t早上{number}点起供水。" for number in range(250))
        trainer = hire("郑五")
        trainer.opens("词条")
        trainer.key("导入文件").click()
        trainer.page.get_by_label("粘贴的文字").fill(f"问题\t答案\n{rows}")
        trainer.page.get_by_label("类型").select_option("policy")
        trainer.key("看看会导入什么").click()
        expect(trainer.page.locator(".proposal")).to_have_count(200)

        trainer.key("再看 50 条（共 250 条）").click()
        expect(trainer.page.locator(".proposal")).to_have_count(250)
        trainer.page.get_by_label("类型").select_option("script")
        trainer.key("存为 250 条草稿").click()

        cells = trainer.page.get_by_role("cell")
        expect(cells.get_by_text("规定", exact=True).first).to_be_visible()
        expect(cells.get_by_text("话术", exact=True)).to_have_count(0)
        assert errors == []


class TestPhone:
    @pytest.mark.parametrize("title", ["词条", "试一试", "测试与发布"])
    def test_is_no_wider_than_the_screen(self, hire: Callable[..., Trainer], title: str) -> None:
        trainer = hire(f"吴{title}", width=390)
        trainer.opens(title)
        expect(trainer.page.locator(".place h1")).to_have_text(title)

        assert trainer.page.evaluate("document.documentElement.scrollWidth") <= 390
