"""Numbers, test questions, cases and practice in a real browser, each as the role has it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connectors.sign_in import StaffService
from conversations.handover import MISSED, HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.message import Conversation, Incoming, Mode, Reply, Sender
from conversations.people import Role
from conversations.store import ConversationStore
from conversations.turn_store import TurnStore
from desk.clock import now
from desk.database import Database, migrate
from desk.settings import Settings
from tests.apart import apart
from tests.browser.alone import serve_here
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, Library

pytestmark = pytest.mark.needs_browser

PASSWORD = "a long password"
ASKED = "停电了，我电话13800138000"
WORDING = "您好，抢修人员会在45分钟内到达现场，请您保持电话畅通。"
STAFF = {"陈晓": Role.TRAINER, "周班长": Role.LEAD, "李坐席": Role.AGENT, "王文员": Role.CLERK}


async def fill(database: Database) -> None:
    """A customer asked in vain, then an agent answered and closed the talk."""
    await Library(database, "nobody's", now).publish(*SMALL_CORPUS)
    staff = StaffService(write=database.write, read=database.read, clock=now)
    for name, role in STAFF.items():
        await staff.add(name, role, PASSWORD)
    conversation = Conversation(
        conversation_id="wang", profile="power", channel="web", mode=Mode.BOT, opened_at=now()
    )
    unknown = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
    async with database.write() as connection:
        store, turns = ConversationStore(connection), TurnStore(connection)
        handovers = HandoverStore(connection)
        await store.add(conversation, token_hash="x")
        await turns.add_incoming("wang", Incoming(message_id="1", text=ASKED), at=now())
        await turns.add_answers("wang", ["1"], [unknown], at=now())
        handover = await handovers.add("wang", "power", Reason.ASKED, Summary(matter=""), at=now())
        await handovers.claim(handover.handover_id, agent="李坐席", at=now())
        said = Reply(text=WORDING)
        await store.add_said("wang", Sender.AGENT, said, key=None, at=now())
        ended_at = now() + timedelta(seconds=1)
        await handovers.end(handover.handover_id, HowEnded.GIVEN_BACK, at=ended_at)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A desk without a bot: these pages need none."""
    data: Path = tmp_path_factory.mktemp("practice")
    settings = Settings(_env_file=None, data_dir=data, action_token="x", profile="power")
    migrate(settings.database)
    apart(fill, settings.database)
    with serve_here(settings) as address:
        yield address


Enter = Callable[..., Page]


@pytest.fixture
def enter(url: str, open_page: Callable[..., Page]) -> Enter:
    def entering(name: str, path: str = "/trainer", **size: int) -> Page:
        page = open_page(f"{url}{path}", **size)
        page.get_by_label("姓名").fill(name)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.locator("#who")).to_have_text(name)
        return page

    return entering


def opens(page: Page, title: str) -> None:
    page.locator("#menu").get_by_text(title, exact=True).click()
    expect(page.locator(".place h1")).to_have_text(title)


def key(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_the_menu_holds_what_the_role_may_open(enter: Enter) -> None:
    assert enter("李坐席").locator("#menu a").all_inner_texts() == ["案例与练习"]
    assert enter("周班长").locator("#menu a").all_inner_texts() == ["案例与练习", "数据"]
    expect(enter("王文员").locator("#place")).to_contain_text("您的角色用不了这个页面")


def test_a_trainer_sees_what_is_behind_a_number_but_nobodys_phone(
    enter: Enter, errors: list[str]
) -> None:
    page = enter("陈晓")
    opens(page, "数据")

    page.locator(".sums tr", has_text="没答上来").locator("button").click()

    turn = page.locator(".turn")
    expect(turn).to_contain_text("停电了")
    expect(turn).not_to_contain_text("13800138000")
    expect(page.get_by_role("button", name="看整个会话")).to_have_count(0)
    assert errors == []


def test_a_lead_reads_the_whole_talk_behind_a_number(enter: Enter) -> None:
    page = enter("周班长")
    opens(page, "数据")
    page.locator(".sums tr", has_text="没答上来").locator("button").click()

    key(page, "看整个会话")

    expect(page.locator(".talk")).to_contain_text(WORDING)


def test_a_test_question_is_added_found_and_removed(enter: Enter, errors: list[str]) -> None:
    page = enter("陈晓")
    opens(page, "测试与发布")
    page.locator("#tests summary").click()
    key(page, "加一道测试题")
    page.get_by_label("问法").fill("交电费一共有几种办法呀")
    page.get_by_label("应该答的词条编号").fill(PAYING.entry_id)
    key(page, "加上")
    expect(page.locator("#told")).to_contain_text("已加上")
    expect(page.locator("[aria-busy]")).to_have_count(0)

    page.get_by_label("找测试题").fill("一共有几种办法")
    row = page.locator(".testset tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("自己加的")
    row.get_by_role("button", name="去掉").click()

    expect(page.locator(".part-tests")).to_contain_text("没有这样的测试题")
    assert errors == []


def test_a_talk_becomes_a_case_and_a_reply_gets_its_reasons(
    enter: Enter, errors: list[str]
) -> None:
    trainer = enter("陈晓")
    opens(trainer, "案例与练习")
    trainer.locator(".candidate summary").click()
    key(trainer, "做成案例")
    trainer.locator(".case summary").click()
    expect(trainer.get_by_label("客户说")).not_to_have_value(ASKED)
    key(trainer, "保存并放出来练习")
    expect(trainer.locator(".case .tag")).to_have_text("可以练习")

    agent = enter("李坐席")
    key(agent, "开始")
    agent.get_by_label("您的回复").fill("师傅90分钟内到，你等着吧。")
    key(agent, "回复")

    reasons = agent.locator(".judged")
    expect(reasons).to_contain_text("数字不对：应是 45分钟，您写的是 90分钟")
    expect(reasons).to_contain_text("您")
    expect(agent.locator(".practising")).to_contain_text("练完了")
    assert errors == []


def test_an_agent_goes_from_the_desk_to_practice_without_signing_in_again(
    enter: Enter, errors: list[str]
) -> None:
    desk = enter("李坐席", "/desk")

    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="练习").click()

    practice = opened.value
    expect(practice.locator(".place h1")).to_have_text("案例与练习")
    expect(practice.locator("#who")).to_have_text("李坐席")
    expect(practice.locator("#sign-in")).to_be_hidden()
    # whoever serves customers meanwhile loses nothing of the desk
    expect(desk.locator("#page")).to_be_visible()
    assert errors == []


def test_a_clerk_who_does_not_practise_is_offered_no_practice(enter: Enter) -> None:
    desk = enter("王文员", "/desk")

    expect(desk.locator("#change-password")).to_be_visible()
    expect(desk.get_by_role("link", name="练习")).to_have_count(0)


@pytest.mark.parametrize("title", ["数据", "案例与练习"])
def test_is_no_wider_than_a_phone(enter: Enter, title: str) -> None:
    page = enter("陈晓", width=390)
    opens(page, title)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
