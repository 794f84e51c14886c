"""What a customer sees on the chat page, in a real browser in front of the running desk."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Chat
from tickets.profile import Profile

pytestmark = [pytest.mark.needs_browser, pytest.mark.needs_rasa, pytest.mark.needs_encoder]

PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()
ALL_AT_ONCE = "我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电，电话13800138000"
NUMBER = re.compile(r"^\d{4} \d{4} \d{4} \d$")


class TestOpen:
    def test_greets_and_offers_starters(self, chat: Chat, power: Profile) -> None:
        expect(chat.page).to_have_title("95598 供电服务")
        expect(chat.page.locator("#state-word")).to_have_text("在线")
        expect(chat.lines).to_have_count(1)
        expect(chat.answer.locator(".bubble")).to_have_text(power.greeting.strip())
        expect(chat.answer.get_by_role("button")).to_have_text(
            ["停电报修", "查电费", "办理过户", "查进度", "转人工"]
        )

    def test_shows_the_hotline_to_call(self, chat: Chat) -> None:
        hotline = chat.page.get_by_role("link", name="电话 95598")

        expect(hotline).to_have_attribute("href", "tel:95598")


class TestAsk:
    def test_gets_an_answer_whose_source_folds_open(self, chat: Chat) -> None:
        chat.presses("查电费", until="依据：")

        expect(chat.own_lines).to_contain_text(["电费怎么查"])
        source = chat.answer.locator("details.source")
        expect(source.locator(".body")).to_be_hidden()
        source.locator("summary").click()
        expect(source.locator(".body")).to_be_visible()
        expect(source.locator(".body")).not_to_be_empty()

    def test_names_who_answers(self, chat: Chat) -> None:
        chat.says("谢谢", until="不客气")

        expect(chat.page.locator("#log .bot .who").first).to_have_text("智能客服")


class TestReport:
    def test_files_a_fault_by_clicking_through(self, chat: Chat) -> None:
        chat.presses("停电报修", until="请告诉我用电地址")
        chat.says("幸福里6栋2单元301", until="影响范围有多大")
        chat.presses("只有我家", until="什么时候开始")
        chat.presses("刚刚", until="请留一个方便接听的联系电话")
        chat.says("13800138000", until="没有问题请确认提交")
        card = chat.answer.locator(".read-back")
        expect(card.locator("dt")).to_have_text(
            ["故障类别", "地址", "影响范围", "开始时间", "联系电话"]
        )
        expect(card).to_contain_text("幸福里6栋2单元301")

        chat.presses("确认提交", until="已登记")

        ticket = chat.answer.locator(".card.ticket")
        expect(ticket.get_by_label("工单号")).to_have_text(NUMBER)
        expect(ticket).to_contain_text("✓ 已登记 · 故障报修")
        expect(ticket).to_contain_text("城区 45 分钟")

    def test_changes_a_field_on_the_card(self, chat: Chat) -> None:
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")

        chat.page.get_by_role("button", name="修改地址").click()
        expect(chat.answer).to_contain_text("请告诉我用电地址")
        chat.says("翠竹小区8栋301", until="没有问题请确认提交")

        expect(chat.answer.locator(".read-back")).to_contain_text("翠竹小区8栋301")
        expect(chat.own_lines).to_contain_text(["我家停电了", "修改地址", "翠竹小区8栋301"])

    def test_lets_no_old_button_be_pressed_again(self, chat: Chat) -> None:
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")

        chat.presses("确认提交", until="已登记")

        expect(chat.page.get_by_role("button", name="确认提交")).to_be_disabled()
        expect(chat.page.get_by_role("button", name="修改地址")).to_be_disabled()


class TestReload:
    def test_keeps_the_conversation_and_the_form(self, chat: Chat) -> None:
        chat.says("我家停电了，幸福里6栋2单元301", until="影响范围有多大")
        before = chat.lines.locator(".bubble").all_inner_texts()

        chat.open()

        expect(chat.lines.locator(".bubble")).to_have_text(before[1:])  # no greeting again
        chat.presses("整栋楼或单元", until="什么时候开始")

    def test_shows_the_ticket_card_again(self, chat: Chat) -> None:
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")
        chat.presses("确认提交", until="已登记")
        number = chat.page.get_by_label("工单号").inner_text()

        chat.open()

        expect(chat.page.get_by_label("工单号")).to_have_text(number)

    def test_keeps_a_half_written_line(self, chat: Chat) -> None:
        chat.input.fill("我家昨晚开始")

        chat.open()

        expect(chat.input).to_have_value("我家昨晚开始")


class TestSend:
    def test_sends_once_when_the_button_is_double_clicked(self, chat: Chat) -> None:
        chat.input.fill("你好")

        chat.page.get_by_role("button", name="发送").dblclick()

        expect(chat.answer).to_contain_text("您好，请问有什么可以帮您")
        chat.says("谢谢", until="不客气")
        expect(chat.own_lines).to_have_count(2)

    def test_sends_once_when_a_choice_is_double_clicked(self, chat: Chat) -> None:
        chat.says("我要报修", until="哪一类问题")

        chat.key("停电").dblclick()

        expect(chat.answer).to_contain_text("请告诉我用电地址")
        chat.says("谢谢", until="请告诉我用电地址")
        expect(chat.own_lines).to_have_count(3)

    def test_sends_with_enter_and_breaks_the_line_with_shift_enter(self, chat: Chat) -> None:
        chat.input.press_sequentially("你")
        chat.input.press("Shift+Enter")
        chat.input.press_sequentially("好")
        expect(chat.own_lines).to_have_count(0)

        chat.input.press("Enter")

        expect(chat.own_lines).to_have_count(1)
        expect(chat.own_lines.locator(".bubble")).to_have_text("你\n好")
        expect(chat.input).to_have_value("")

    def test_refuses_what_is_too_long_and_keeps_it(self, chat: Chat) -> None:
        chat.input.fill("电" * 2003)

        chat.page.get_by_role("button", name="发送").click()

        expect(chat.page.get_by_role("alert")).to_have_text("内容超出 3 字，请删减后再发送。")
        expect(chat.input).to_have_value("电" * 2003)
        expect(chat.own_lines).to_have_count(0)

    def test_keeps_a_line_that_cannot_leave_until_it_can(self, chat: Chat) -> None:
        chat.says("你好", until="您好，请问有什么可以帮您")
        chat.page.context.set_offline(True)
        chat.input.fill("谢谢")
        chat.page.get_by_role("button", name="发送").click()
        expect(chat.own_lines.last).to_contain_text("未发送")

        chat.page.context.set_offline(False)
        chat.page.get_by_role("button", name="重试").click()

        expect(chat.answer).to_contain_text("不客气")
        expect(chat.own_lines.last).not_to_contain_text("未发送")
        expect(chat.own_lines).to_have_count(2)


class TestMarkup:
    @pytest.mark.parametrize(
        "text", ["<script>alert(1)</script>", '<img src="x" onerror="alert(1)"> <b>粗</b>']
    )
    def test_is_shown_as_the_text_it_is(self, text: str, chat: Chat) -> None:
        opened: list[str] = []
        chat.page.on("dialog", lambda dialog: (opened.append(dialog.message), dialog.dismiss()))

        chat.says(text, until="")
        expect(chat.lines).to_have_count(3)
        chat.open()

        expect(chat.own_lines.locator(".bubble")).to_have_text(text)
        expect(chat.page.locator("#log").locator("script, img, b")).to_have_count(0)
        assert opened == []


class TestPhoto:
    def photo(self, name: str = "电表.jpg", content: bytes = PHOTO) -> FilePayload:
        return {"name": name, "mimeType": "image/jpeg", "buffer": content}

    def test_is_seen_before_it_is_sent_and_after_a_reload(self, chat: Chat) -> None:
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")
        chat.presses("确认提交", until="已登记")
        chat.page.locator("#file").set_input_files(self.photo())
        expect(chat.page.locator("#photos img")).to_have_attribute("alt", "电表.jpg")
        expect(chat.page.locator("#photos progress")).to_have_count(0)

        chat.page.get_by_role("button", name="发送", exact=True).click()

        expect(chat.answer).to_contain_text("已经附在工单")
        expect(chat.page.locator("#photos li")).to_have_count(0)
        expect(chat.own_lines.last.locator("img")).to_have_attribute("alt", "电表.jpg")
        chat.open()
        sent = chat.own_lines.last.locator("img")
        expect(sent).to_have_attribute("src", re.compile("^blob:"))
        expect(chat.own_lines.last).not_to_contain_text("【图片】")

    def test_leaves_the_newest_line_in_sight_after_a_reload(self, narrow_chat: Chat) -> None:
        chat = narrow_chat
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")
        chat.presses("确认提交", until="已登记")
        chat.page.locator("#file").set_input_files(self.photo())
        expect(chat.page.locator("#photos progress")).to_have_count(0)
        chat.page.get_by_role("button", name="发送", exact=True).click()
        expect(chat.answer).to_contain_text("已经附在工单")

        chat.open()

        expect(chat.own_lines.last.locator("img")).to_have_attribute("src", re.compile("^blob:"))
        expect(chat.answer.locator(".bubble")).to_be_in_viewport(ratio=1)

    def test_can_be_taken_away_again(self, chat: Chat) -> None:
        chat.page.locator("#file").set_input_files(self.photo())
        chat.page.get_by_role("button", name="去掉 电表.jpg").click()

        expect(chat.page.locator("#photos li")).to_have_count(0)
        expect(chat.page.get_by_role("button", name="发送", exact=True)).to_be_disabled()

    @pytest.mark.parametrize(
        ("content", "words"),
        [
            (b"MZ" + b"\0" * 400, "以文件的真实内容为准"),
            (PHOTO + b"\0" * 11 * 1024 * 1024, "超过 10 MB，没有上传"),
        ],
        ids=["a program", "eleven megabytes"],
    )
    def test_that_is_none_or_too_large_is_refused_in_words(
        self, chat: Chat, content: bytes, words: str
    ) -> None:
        chat.page.locator("#file").set_input_files(self.photo(content=content))

        expect(chat.page.get_by_role("alert")).to_contain_text(words)
        expect(chat.page.locator("#photos li")).to_have_count(0)
        expect(chat.own_lines).to_have_count(0)


class TestStrangers:
    def test_are_asked_nothing_and_nothing_goes_wrong_in_a_whole_visit(self, chat: Chat) -> None:
        chat.presses("查电费", until="依据：")
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")
        chat.presses("确认提交", until="已登记")
        chat.says("电线断了掉在路上", until="已为您登记紧急工单")
        chat.open()
        expect(chat.page.get_by_label("工单号")).to_have_text(NUMBER)

        assert chat.strangers == []
        assert chat.errors == []


class TestSmallPhone:
    def test_never_scrolls_sideways(self, narrow_chat: Chat) -> None:
        chat = narrow_chat
        chat.presses("查电费", until="依据：")
        chat.answer.locator("summary").click()
        chat.says("a" * 300, until="")
        chat.says(ALL_AT_ONCE, until="没有问题请确认提交")
        chat.presses("确认提交", until="已登记")
        chat.says("电线断了掉在路上", until="已为您登记紧急工单")

        for element in ("html", "body", "#scroll", "#log"):
            wide, seen = chat.page.locator(element).evaluate(
                "element => [element.scrollWidth, element.clientWidth]"
            )
            assert wide <= seen, element
        edges = chat.page.locator("#log *").evaluate_all(
            "elements => elements.map(element => element.getBoundingClientRect())"
            ".filter(box => box.width && (box.right > 360.5 || box.left < -0.5)).length"
        )
        assert edges == 0


class TestEmergency:
    def test_shows_what_to_do_and_whom_to_call(self, chat: Chat, power: Profile) -> None:
        chat.says("电线断了掉在路上", until="已为您登记紧急工单")

        card = chat.page.locator(".card.emergency")
        wire = power.dangers["line"]
        expect(card.get_by_role("heading")).to_have_text("⚠ 电线断落")
        expect(card.get_by_role("listitem")).to_have_text(wire.steps)
        expect(card.get_by_role("link", name="拨打 95598")).to_have_attribute("href", "tel:95598")
        expect(chat.answer).to_contain_text("请告诉我准确地址和联系电话")


class TestStartAnew:
    def test_shows_the_greeting_alone_after_asking_once_more(self, chat: Chat) -> None:
        chat.says("你好", until="您好，请问有什么可以帮您")
        chat.page.get_by_role("button", name="更多操作").click()
        chat.page.get_by_role("button", name="开始新会话").click()

        chat.page.get_by_role("dialog").get_by_role("button", name="开始新会话").click()

        expect(chat.lines).to_have_count(1)
        expect(chat.key("停电报修")).to_be_visible()
        chat.says("谢谢", until="不客气")
        expect(chat.own_lines).to_have_count(1)

    def test_changes_nothing_when_it_was_a_slip(self, chat: Chat) -> None:
        chat.says("你好", until="您好，请问有什么可以帮您")
        chat.page.get_by_role("button", name="更多操作").click()
        chat.page.get_by_role("button", name="开始新会话").click()

        chat.page.get_by_role("button", name="保留当前会话").click()

        expect(chat.own_lines.locator(".bubble")).to_have_text(["你好"])
