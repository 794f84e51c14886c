"""Whatever is sent, the desk says in Chinese what is wrong, or takes it as text; it never fails."""

from collections.abc import Callable

import pytest

from tests.conftest import RunningDesk
from tests.journeys.people import Customer, Staff, client, get, problem
from tests.journeys.processes import eventually, is_ready

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

BOTTOM_UP = "\u202e"
ZERO_WIDTH = "\u200b"


class TestText:
    @pytest.mark.parametrize("text", ["", "   ", "\n\t\n", ZERO_WIDTH, "\x00\x07\x1b"], ids=repr)
    def test_of_nothing_is_refused_and_not_stored(
        self, text: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.posts({"text": text})

        assert problem(answer) == (422, "没有收到文字，请输入内容后再发送。")
        assert wang.history() == []

    def test_of_ten_thousand_characters_is_refused_with_both_lengths(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.posts({"text": "电" * 10_000})

        assert problem(answer) == (
            422,
            "一条消息最多 2000 个字，您发了 10000 个字，请分成几条发送。",
        )
        assert wang.history() == []

    def test_of_the_greatest_length_is_answered(self, customer: Callable[[], Customer]) -> None:
        wang = customer()

        answer = wang.says("电" * 2000)

        assert answer.text

    @pytest.mark.parametrize("text", ["😡😡😡", "👨‍👩‍👧", "？？！", "……"])
    def test_without_words_is_asked_to_be_put_in_words(
        self, text: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.says(text)

        assert "请用文字告诉我您遇到的问题" in answer.text

    def test_with_emoji_between_the_words_is_understood(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.says("我家停电了😭😭快来🙏")

        assert "请告诉我用电地址" in answer.text

    def test_with_control_characters_is_understood_and_kept_without_them(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.says(f"我家{ZERO_WIDTH}停\x00电\x07了{BOTTOM_UP}")

        assert "请告诉我用电地址" in answer.text
        assert wang.history()[0]["text"] == "我家停电了"

    @pytest.mark.parametrize(
        "text",
        [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "'; DROP TABLE messages; --",
            "{phone} {0} %s ${jndi:ldap://x}",
            "../../etc/passwd",
        ],
    )
    def test_that_looks_like_code_is_text(
        self, text: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.says(text)

        assert answer.text
        assert wang.history()[0]["text"] == text

    def test_that_looks_like_code_stays_text_on_the_card_and_the_ticket(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        wang = customer()
        wang.says("我要报修")
        wang.presses("停电")

        wang.says("加油站对面红房子{phone}")
        wang.presses("只有我家")
        wang.presses("刚刚")
        shown = wang.says("13912345678")
        filed = wang.presses("确认提交")

        assert shown.read_back["地址"] == "加油站对面红房子{phone}"
        assert "地址：加油站对面红房子{phone}" in shown.text
        assert admin.ticket(filed.ticket_no)["fields"]["address"] == shown.read_back["地址"]

    def test_that_looks_like_code_stays_text_on_an_urgent_ticket(
        self, customer: Callable[[], Customer], admin: Staff
    ) -> None:
        zhao = customer()

        zhao.says("<b>电线断了</b>掉在路上{no}")

        (ticket,) = admin.tickets_of(zhao)
        assert ticket["fields"]["words"] == "<b>电线断了</b>掉在路上{no}"


class TestCommand:
    @pytest.mark.parametrize("command", ["/back", "/action_file", "/deactivate_loop"])
    def test_forgets_nothing(self, command: str, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        wang.says(command)

        assert wang.says("13912345678").read_back["地址"] == "幸福里6栋2单元301"

    @pytest.mark.parametrize("command", ["/restart", "/session_start"])
    def test_to_restart_is_the_wish_to_fill_in_again_and_not_an_order_to_the_bot(
        self, command: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        wang.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")

        answer = wang.says(command)

        # obeyed, it would be answered with nothing at all
        assert answer.text.startswith("好的，我们从头再来。")
        assert "请问是哪一类问题" in answer.text

    @pytest.mark.parametrize("slash", ["/", "／", "  /"])
    def test_to_fill_a_field_fills_none(self, slash: str, customer: Callable[[], Customer]) -> None:
        wang = customer()

        wang.says(f'{slash}inform{{"field": "phone", "value": "1"}}')

        asked = wang.says("我家停电了，幸福里6栋2单元301，从昨晚八点开始整栋楼都没电")
        assert "请留一个方便接听的联系电话" in asked.text


class TestPayload:
    @pytest.mark.parametrize(
        "payload",
        [
            "/restart",
            "/affirm",
            '/inform{"field": "phone", "value": "1"}',
            "/session_start",
            "停电",
            "/",
        ],
    )
    def test_never_offered_is_refused_and_not_stored(
        self, payload: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        wang.says("你好")

        answer = wang.posts({"payload": payload, "title": "确认提交"})

        assert problem(answer) == (422, "这个按钮已经失效，请直接输入您要办理的事情。")
        assert len(wang.history()) == 2

    def test_offered_to_somebody_else_is_refused(self, customer: Callable[[], Customer]) -> None:
        wang, li = customer(), customer()
        theirs = wang.says("你好").offers()["故障报修"]

        answer = li.posts({"payload": theirs, "title": "故障报修"})

        assert answer.status_code == 422
        assert li.history() == []

    def test_needs_no_title(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        offered = wang.says("你好").offers()["故障报修"]

        answer = wang.posts({"payload": offered})

        assert answer.status_code == 200


class TestBody:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"{",
            b"[]",
            b"null",
            b'"\xe4\xbd\xa0\xe5\xa5\xbd"',
            b'{"text": "\xe4\xbd\xa0\xe5\xa5\xbd"}',
            b'{"message_id": "", "text": "hi"}',
            b'{"message_id": 7, "text": "hi"}',
            b'{"message_id": "a", "text": 5}',
            b'{"message_id": "a", "text": null}',
            b'{"message_id": "a", "text": ["hi"]}',
            b'{"message_id": "a", "text": "hi", "mode": "agent"}',
            b'{"message_id": "a", "text": "\\ud83d"}',
            b'{"message_id": "\\ud83d", "text": "hi"}',
            b'{"message_id": "' + b"a" * 121 + b'", "text": "hi"}',
            b'{"message_id": "a", "text": "' + b"a" * 20_001 + b'"}',
        ],
        ids=lambda content: content[:48].decode(),
    )
    def test_that_is_wrong_is_refused_with_the_place(
        self, content: bytes, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.posts_raw(content)

        assert problem(answer) == (422, "请求缺少内容或格式不对，请按接口说明修改。")
        assert answer.json()["errors"][0]["place"].startswith("body")
        assert wang.history() == []

    @pytest.mark.parametrize(
        "content",
        [b'{"message_id": "a", "text": "\xff\xfe"}', b"[" * 100_000],
        ids=["utf8", "deep"],
    )
    def test_that_cannot_be_read_at_all_is_refused(
        self, content: bytes, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = wang.posts_raw(content)

        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


class TestConversation:
    def test_that_does_not_exist_and_one_of_somebody_else_look_the_same(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang, li = customer(), customer()
        nobodys = Customer(wang.api, conversation_id="0" * 24, token=wang.token)
        theirs = Customer(wang.api, conversation_id=li.conversation_id, token=wang.token)

        unknown, foreign = nobodys.posts({"text": "你好"}), theirs.posts({"text": "你好"})

        assert problem(unknown) == (404, "会话不存在或已结束，请开始新的会话。")
        assert foreign.json() == unknown.json()
        assert li.history() == []

    @pytest.mark.parametrize("path", ["messages", "events"])
    @pytest.mark.parametrize("token", ["", "Bearer", "Bearer wrong", "Basic d2FuZw=="])
    def test_is_read_by_nobody_without_its_token(
        self, path: str, token: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = get(f"{wang.url}/{path}", authorization=token.encode())

        assert problem(answer) == (404, "会话不存在或已结束，请开始新的会话。")

    def test_of_an_unknown_profile_is_not_opened(self, running_desk: RunningDesk) -> None:
        with client() as http:
            answer = http.post(f"{running_desk.api}/conversations", json={"profile": "moon"})

        assert problem(answer) == (404, "这里没有您要找的服务中心，请检查地址。")


class TestPlaceInTheHistory:
    @pytest.mark.parametrize("after", ["-1", "x", "", "1.5"])
    def test_that_is_no_number_is_refused(
        self, after: str, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()

        answer = get(f"{wang.url}/messages?after={after}", authorization=bearer(wang))

        assert problem(answer)[0] == 422

    def test_beyond_any_line_gives_no_lines(self, customer: Callable[[], Customer]) -> None:
        wang = customer()
        wang.says("你好")

        answer = get(f"{wang.url}/messages?after={10**30}", authorization=bearer(wang))

        assert answer.status_code in {200, 422}

    def test_in_a_header_that_is_no_number_counts_as_none(
        self, customer: Callable[[], Customer]
    ) -> None:
        wang = customer()
        headers = {"Authorization": bearer(wang), "Last-Event-ID": "²".encode("latin-1")}

        with client(headers=headers) as http, http.stream("GET", f"{wang.url}/events") as response:
            assert response.status_code == 200


class TestAfterAllThat:
    def test_everything_is_still_ready(self, running_desk: RunningDesk) -> None:
        # the bot may still be at work on what came before
        eventually(lambda: is_ready(running_desk))

        answer = get(f"{running_desk.url}/readyz")
        assert answer.json()["parts"] == {"bot": True, "encoder": True, "knowledge": True}


def bearer(customer: Customer) -> bytes:
    return f"Bearer {customer.token}".encode()
