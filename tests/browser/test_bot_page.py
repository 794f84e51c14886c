"""The page 机器人 in a real browser, on a desk whose bot is away."""

import shutil
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from conversations.archives import Serving
from conversations.bot_client import Turn
from conversations.bot_exam import HeldOut, compare
from conversations.listening import Listening
from conversations.masking import make_mask
from conversations.people import Role
from conversations.utterance import Read
from desk.clock import now
from desk.database import Database, migrate
from desk.paths import Paths
from desk.school import School
from desk.settings import ROOT, Settings
from knowledge.run import RunKind
from tests.apart import apart, hire
from tests.archives import make_archive
from tests.browser.alone import STARTED_WITHIN_S, serve_alone
from tickets.informants import load_seal

pytestmark = pytest.mark.needs_browser

SAID = {
    "把电表挪到楼道里成不成": Read(intent="nlu_fallback", first="correct", confidence=0.18),
    "咋个还没看到师傅的影子哦": Read(intent="report_fault", first="report_fault", confidence=0.41),
    '<img src=x onerror="alert(1)">电费咋个涨嘞': Read(
        intent="complain", first="complain", confidence=0.33
    ),
}
ASKED = [
    HeldOut(text=text, intent=intent)
    for text, intent in (("挪个表", "apply"), ("人呢", "urge"), ("气死", "vent"), ("在不", "greet"))
]
WANTED = [each.intent for each in ASKED]


class NoBot:
    """What stands for the bot where nothing is swapped."""

    async def models(self) -> set[str]:
        return set()

    async def reload(self, archive: str, *, sha256: str) -> None:
        raise AssertionError("nothing is swapped here")


@dataclass
class LonelyDesk:
    """A desk process without a bot, and its data, which a test may add to."""

    settings: Settings
    url: str

    def hire(self, name: str) -> str:
        return hire(self.settings.database, name, "trainer")

    def inside(self, work: Callable[[Database], Coroutine[Any, Any, None]]) -> None:
        apart(work, self.settings.database)

    def hears(self, said: dict[str, Read]) -> None:
        """Customers say these lines, and the bot takes them for something."""

        async def work(database: Database) -> None:
            listening = Listening(
                mask=make_mask(),
                seal=load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role)),
                write=database.write,
                clock=now,
            )
            for number, (text, read) in enumerate(said.items()):
                listening.hear(
                    Turn(
                        conversation_id=f"talk{number}",
                        message_id=f"{number}{text}"[:100],
                        profile="power",
                        text=text,
                    ),
                    read,
                )
            await listening.run()

        self.inside(work)

    def trained(self, *reads: str) -> None:
        """A training that read the four held-out lines so, beside a bot that reads all right."""

        async def work(database: Database) -> None:
            school = School(settings=self.settings, database=database, bot=NoBot(), clock=now)
            archives, models = school.swapping.archives, Paths.of(self.settings).models
            models.mkdir(parents=True, exist_ok=True)
            for name in ("bot-old.tar.gz", "bot-new.tar.gz"):
                make_archive(models / name, f"model of {name}")
                archives.record(name, inputs="i", at=now())
            archives.choose(
                Serving(archive="bot-old.tar.gz", inputs="i", at=now().isoformat(), by="make run")
            )
            run = await school.runs.begin("", author="小陈", kind=RunKind.BOT)
            old = ("bot-old.tar.gz", WANTED)
            new = ("bot-new.tar.gz", reads)
            outcome = compare(ASKED, before=old, after=new, sha256="", examples=5231)
            await school.runs.finish_training(run.no, outcome.to_json())

        self.inside(work)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[LonelyDesk]:
    taught = tmp_path / "training_data"
    shutil.copytree(ROOT / "training_data", taught)
    settings = Settings(_env_file=None, data_dir=tmp_path / "var", training_data=taught)
    settings.data_dir.mkdir()
    migrate(settings.database)
    environment = {
        "SEATMATE_DATA_DIR": str(settings.data_dir),
        "SEATMATE_TRAINING_DATA": str(taught),
    }
    with serve_alone(environment, tmp_path / "serve.log") as url:
        yield LonelyDesk(settings, url)


def open_bot_page(desk: LonelyDesk, open_page: Callable[..., Page], **size: int) -> Page:
    """A trainer is hired, signs in and opens 机器人."""
    return enter_bot_page(desk, open_page, desk.hire("陈晓"), **size)


def enter_bot_page(
    desk: LonelyDesk, open_page: Callable[..., Page], password: str, **size: int
) -> Page:
    page = open_page(f"{desk.url}/trainer#bot", **size)
    page.get_by_label("姓名").fill("陈晓")
    page.get_by_label("密码").fill(password)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="机器人", exact=True)).to_be_visible()
    return page


def card(page: Page, text: str) -> Locator:
    return page.locator(".gap").filter(has_text=text)


def test_a_misread_line_becomes_an_example_by_one_click_and_a_key(
    desk: LonelyDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    desk.hears(SAID)
    page = open_bot_page(desk, open_page)
    expect(page.locator(".gap")).to_have_count(3)

    card(page, "把电表挪到").click()
    card(page, "把电表挪到").get_by_role("button", name="业务办理", exact=True).click()
    expect(page.locator(".done-bar")).to_contain_text("已记为“业务办理”的例句")
    page.locator("#place").focus()
    page.keyboard.press("x")

    expect(page.locator(".gap")).to_have_count(1)
    expect(page.locator("[aria-busy]")).to_have_count(0)
    page.get_by_role("button", name="写入 1 句").click()
    expect(page.locator("#place")).to_contain_text("没有等着写入的")
    written = (desk.settings.training_data / "nlu" / "requests.yml").read_text("utf-8")
    assert "    - 把电表挪到楼道里成不成\n" in written
    assert errors == []


def test_a_worse_bot_is_shown_beside_the_one_in_service_and_needs_a_reason(
    desk: LonelyDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    desk.trained("apply", "apply", "vent", "greet")
    page = open_bot_page(desk, open_page)
    expect(page.locator(".figures")).to_contain_text("75.00%")
    expect(page.locator("#place")).to_contain_text("应是催办：催办 → 业务办理")

    page.get_by_role("button", name="写明理由，换上").click()
    expect(page.locator("#told")).to_contain_text("请先写明换上的理由")
    page.get_by_label("换上的理由").fill("考题写错了")
    page.get_by_role("button", name="写明理由，换上").click()

    # the bot is away here: what is in service stays, and the page says so
    expect(page.locator("#told")).to_contain_text("暂时不可用")
    expect(page.locator("#place")).to_contain_text("bot-old.tar.gz，启动时自动")
    assert errors == []


def test_a_training_that_fails_says_so_and_can_be_begun_again(
    desk: LonelyDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    (desk.settings.training_data / "rules" / "answers.yml").write_text("rules: [", "utf-8")
    page = open_bot_page(desk, open_page)

    page.get_by_role("button", name="开始训练").click()
    expect(page.locator("#place")).to_contain_text("陈晓 正在训练机器人")
    page.reload()

    expect(page.locator("#place")).to_contain_text(
        "没有做成，线上机器人没有变化", timeout=STARTED_WITHIN_S * 1000
    )
    expect(page.locator("#place")).to_contain_text("机器人没有训练成功")
    expect(page.get_by_role("button", name="重新训练")).to_be_enabled()
    assert errors == []


def test_a_training_goes_on_while_the_browser_is_closed(
    desk: LonelyDesk, open_page: Callable[..., Page], errors: list[str]
) -> None:
    password = desk.hire("陈晓")
    page = enter_bot_page(desk, open_page, password)
    page.get_by_role("button", name="开始训练").click()
    expect(page.locator("#place")).to_contain_text("陈晓 正在训练机器人")
    page.context.close()

    page = enter_bot_page(desk, open_page, password)

    expect(page.locator("#place")).to_contain_text("陈晓 正在训练机器人")
    page.get_by_role("button", name="取消训练").click()
    expect(page.locator("#place")).to_contain_text("已取消，线上机器人没有变化")
    assert errors == []


def test_a_training_can_be_cancelled(desk: LonelyDesk, open_page: Callable[..., Page]) -> None:
    page = open_bot_page(desk, open_page)
    page.get_by_role("button", name="开始训练").click()

    page.get_by_role("button", name="取消训练").click()

    expect(page.locator("#place")).to_contain_text("已取消，线上机器人没有变化")


def test_fits_a_phone(desk: LonelyDesk, open_page: Callable[..., Page]) -> None:
    desk.hears(SAID)
    desk.trained("apply", "urge", "vent", "greet")
    page = open_bot_page(desk, open_page, width=390, height=844)
    expect(page.locator(".gap")).to_have_count(3)

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
