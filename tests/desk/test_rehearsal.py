"""The runner of rehearsals: what it reads, what it plays, and what it calls a fault."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from desk import rehearsal
from desk.rehearsal import Outcome, rehearse
from desk.rehearsal_script import read_scripts
from profiles.document import DocumentError

URL = "http://centre"
STAFF_TOKEN = "supervisor"

TICKET = {
    "no": "2026112200019",
    "kind": "fault",
    "state": "registered",
    "urgent": False,
    "fields": {"phone": "13800138000", "address": "幸福里6栋2单元301", "words": "我家停电了"},
}


class FakeCentre:
    """Answers as it is told to, and remembers what it was sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []
        self.opened: list[dict[str, Any]] = []
        self.asked_by_staff: list[httpx.Request] = []
        self.replies: list[dict[str, Any]] = [reply("请问是哪一类问题？", "停电", "跳闸")]
        self.tickets: list[dict[str, Any]] = []
        # status of the answer to a message, when it is not taken
        self.refuses_with = 0
        # lines are told apart by when they arrive
        self.at_once = 0
        self.most_at_once = 0
        self.takes_s = 0.01

    async def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1")
        if path == "/conversations":
            self.opened.append(json.loads(request.content))
            number = str(len(self.opened))
            return httpx.Response(201, json={"conversation_id": number, "token": f"own {number}"})
        if path == "/tickets":
            self.asked_by_staff.append(request)
            return httpx.Response(200, json={"tickets": self.tickets})
        assert request.headers["authorization"] == f"Bearer own {path.split('/')[2]}"
        self.sent.append(json.loads(request.content))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.takes_s)
        self.at_once -= 1
        if self.refuses_with:
            problem = {"detail": "没有收到文字，请输入内容后再发送。"}
            return httpx.Response(self.refuses_with, json=problem)
        return httpx.Response(200, json={"mode": "bot", "replies": self.replies})


def reply(
    text: str, *titles: str, card: dict[str, Any] | None = None, seq: int = 2
) -> dict[str, Any]:
    buttons = [{"title": title, "payload": f"/{title}"} for title in titles]
    return {"seq": seq, "text": text, "buttons": buttons, "sources": [], "card": card}


@pytest.fixture
def centre(monkeypatch: pytest.MonkeyPatch) -> FakeCentre:
    """A centre in the place of the one behind the address."""
    centre = FakeCentre()
    real = httpx.AsyncClient

    def client(**more: Any) -> httpx.AsyncClient:
        return real(**more, transport=httpx.MockTransport(centre.answer))

    monkeypatch.setattr(rehearsal.httpx, "AsyncClient", client)
    monkeypatch.setattr(rehearsal, "BETWEEN_LINES_S", 0.0)
    return centre


Write = Callable[..., Path]


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Writes a file with one script of these steps; the first of them stands in line 5."""

    def write(*steps: str, name: str = "power_fault.yml", title: str = "一个客户") -> Path:
        path = tmp_path / name
        head = f"scripts:\n  - script: {title}\n    profile: power\n    steps:\n"
        path.write_text(head + "".join(f"      - {step}\n" for step in steps), encoding="utf-8")
        return path

    return write


async def play(*paths: Path, at_once: int = 4) -> list[Outcome]:
    return await rehearse(
        read_scripts(paths),
        url=URL,
        staff_token=STAFF_TOKEN,
        at_once=at_once,
        told=lambda _: None,
    )


async def faults_of(path: Path) -> list[str]:
    (outcome,) = await play(path)
    return outcome.faults


class TestReadScripts:
    def test_reads_files_and_folders_in_the_order_of_their_names(
        self, script: Write, tmp_path: Path
    ) -> None:
        script("say: 你好", name="b.yml", title="第二个")
        script("say: 你好", name="a.yml", title="第一个")

        assert [each.script.script for each in read_scripts([tmp_path])] == ["第一个", "第二个"]

    def test_knows_the_line_of_every_step(self, script: Write) -> None:
        path = script("say: 你好", "{say: 谢谢, expect: 不客气}", "wait: 1")

        (found,) = read_scripts([path])

        assert (found.path, found.lines) == (path, (5, 6, 7))

    def test_reads_all_that_a_step_may_hold(self, script: Write) -> None:
        path = script(
            "say: [我家停电了, 幸福里6栋]",
            "press: 确认提交",
            "location: {latitude: 31.2, longitude: 121.5, address: 南京路1号}",
            "photo: 电表",
            "wait: 0.5",
            "expect_tickets: 1",
            "expect_ticket: {kind: fault, urgent: false, fields: {phone: '1'}, contains: {words: "
            "[一, 二]}, without: [name]}",
        )

        (found,) = read_scripts([path])

        assert len(found.script.steps) == 7

    @pytest.mark.parametrize(
        "step",
        [
            "{say: 你好, press: 转人工}",
            "{say: 你好, wait: 1}",
            "{photo: 电表, location: {latitude: 1, longitude: 2}}",
        ],
    )
    def test_refuses_a_step_that_does_two_things(self, script: Write, step: str) -> None:
        path = script("say: 你好", step)

        with pytest.raises(DocumentError, match="a step does one thing") as refused:
            read_scripts([path])

        assert (refused.value.path, refused.value.line) == (path, 6)

    @pytest.mark.parametrize(
        ("step", "reason"),
        [
            ("{says: 你好}", "says"),
            ("{wait: 1000}", "wait"),
            ("{say: 你好, expect_tickets: 几个}", "expect_tickets"),
            ("{say: 你好, expect_ticket: {field: {}}}", "field"),
            ("{location: {latitude: 31}}", "longitude"),
        ],
    )
    def test_names_file_line_and_key_of_what_it_does_not_understand(
        self, script: Write, step: str, reason: str
    ) -> None:
        path = script("say: 你好", "say: 谢谢", step)

        with pytest.raises(DocumentError) as refused:
            read_scripts([path])

        assert (refused.value.path, refused.value.line) == (path, 7)
        assert reason in refused.value.reason

    def test_refuses_a_script_without_steps(self, tmp_path: Path) -> None:
        path = tmp_path / "power_fault.yml"
        path.write_text("scripts:\n  - script: 空的\n    profile: power\n    steps: []\n")

        with pytest.raises(DocumentError, match="steps"):
            read_scripts([path])

    def test_refuses_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="No such file"):
            read_scripts([tmp_path / "power_fault.yml"])

    def test_refuses_a_folder_without_scripts(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="there is no script here"):
            read_scripts([tmp_path])


class TestPlay:
    async def test_finds_no_fault_when_all_goes_as_written(
        self, centre: FakeCentre, script: Write
    ) -> None:
        path = script("{say: 我要报修, expect: [哪一类, [停电, 问题]], expect_buttons: 停电}")

        assert await faults_of(path) == []

    async def test_opens_a_conversation_of_the_profile_for_each_script(
        self, centre: FakeCentre, script: Write
    ) -> None:
        await play(script("say: 你好", name="a.yml"), script("say: 你好", name="b.yml"))

        assert centre.opened == [{"profile": "power"}] * 2

    async def test_sends_the_lines_of_a_burst_one_by_one_and_all_at_once(
        self, centre: FakeCentre, script: Write
    ) -> None:
        centre.takes_s = 0.5
        await play(script("say: [我家, 停电了, 快来]"))

        assert [body["text"] for body in centre.sent] == ["我家", "停电了", "快来"]
        assert len({body["message_id"] for body in centre.sent}) == 3
        assert centre.most_at_once == 3

    async def test_presses_what_the_last_answer_offered(
        self, centre: FakeCentre, script: Write
    ) -> None:
        await play(script("say: 我要报修", "press: 停电"))

        assert centre.sent[1]["payload"] == "/停电"
        assert centre.sent[1]["title"] == "停电"

    async def test_presses_a_field_of_the_read_back(
        self, centre: FakeCentre, script: Write
    ) -> None:
        fields = [{"label": "地址", "value": "幸福里", "payload": "/correct"}]
        centre.replies = [reply("请您核对", card={"type": "read_back", "fields": fields})]

        await play(script("say: 我要报修", "press: 修改地址"))

        assert centre.sent[1]["payload"] == "/correct"

    async def test_sends_a_place_and_a_picture(self, centre: FakeCentre, script: Write) -> None:
        place = {"latitude": 31.2, "longitude": 121.5, "address": "南京路1号"}

        await play(script(f"location: {json.dumps(place, ensure_ascii=False)}", "photo: 电表"))

        assert centre.sent[0]["location"] == place
        assert (centre.sent[1]["text"], centre.sent[1]["attachments"]) == (
            "电表",
            [{"kind": "photo"}],
        )

    async def test_reads_a_refusal_as_an_answer(self, centre: FakeCentre, script: Write) -> None:
        centre.refuses_with = 422

        assert await faults_of(script("{say: ' ', expect: 没有收到文字}")) == []

    async def test_keeps_what_was_said(self, centre: FakeCentre, script: Write) -> None:
        (outcome,) = await play(script("say: 我要报修", "press: 停电"))

        assert outcome.transcript == [
            "客户：我要报修",
            "  坐席伴：请问是哪一类问题？",
            "客户：停电",
            "  坐席伴：请问是哪一类问题？",
        ]

    async def test_plays_no_more_than_so_many_at_once_and_tells_of_each(
        self, centre: FakeCentre, script: Write
    ) -> None:
        paths = [script("say: 你好", "say: 谢谢", name=f"{number}.yml") for number in range(6)]
        told: list[Outcome] = []

        outcomes = await rehearse(
            read_scripts(paths), url=URL, staff_token=STAFF_TOKEN, at_once=2, told=told.append
        )

        assert centre.most_at_once == 2
        assert [outcome.rehearsal.path for outcome in outcomes] == paths
        assert {outcome.rehearsal.path for outcome in told} == set(paths)


class TestFaults:
    async def test_name_the_text_that_is_missing_and_what_was_said(
        self, centre: FakeCentre, script: Write
    ) -> None:
        path = script("say: 我要报修", "{say: 停电, expect: [哪一类, 请告诉我地址]}")

        assert await faults_of(path) == [
            f"{path}:6: expected '请告诉我地址' in the answer: '请问是哪一类问题？'"
        ]

    async def test_name_all_the_texts_of_which_one_was_expected(
        self, centre: FakeCentre, script: Write
    ) -> None:
        path = script("{say: 我要报修, expect: [[地址, 电话]]}")

        (fault,) = await faults_of(path)

        assert fault.startswith(f"{path}:5: expected '地址' or '电话' in the answer")

    async def test_name_the_text_that_should_not_be_there(
        self, centre: FakeCentre, script: Write
    ) -> None:
        path = script("{say: 我要报修, expect_not: 哪一类}")

        (fault,) = await faults_of(path)

        assert fault.startswith(f"{path}:5: did not expect '哪一类' in the answer")

    @pytest.mark.parametrize(
        ("step", "fault"),
        [
            ("press: 漏水", "there is no button '漏水'; there are: 停电, 跳闸"),
            (
                "{say: 停电, expect_buttons: [停电, 漏水]}",
                "expected a button '漏水'; there are: 停电, 跳闸",
            ),
        ],
    )
    async def test_name_the_button_that_is_missing_and_those_there_are(
        self, centre: FakeCentre, script: Write, step: str, fault: str
    ) -> None:
        path = script("say: 我要报修", step)

        assert await faults_of(path) == [f"{path}:6: {fault}"]

    async def test_are_those_of_the_first_wrong_step_alone(
        self, centre: FakeCentre, script: Write
    ) -> None:
        path = script("{say: 一, expect: [甲, 乙]}", "{say: 二, expect: 丙}")

        faults = await faults_of(path)

        assert [fault.partition(": ")[0] for fault in faults] == [f"{path}:5"] * 2
        assert [body["text"] for body in centre.sent] == ["一"]

    async def test_of_one_script_do_not_stop_another(
        self, centre: FakeCentre, script: Write
    ) -> None:
        wrong = script("{say: 一, expect: 甲}", name="a.yml")
        right = script("{say: 一, expect: 哪一类}", name="b.yml")

        outcomes = await play(wrong, right)

        assert [bool(outcome.faults) for outcome in outcomes] == [True, False]

    async def test_are_told_when_the_centre_breaks_down(
        self, centre: FakeCentre, script: Write
    ) -> None:
        centre.refuses_with = 500
        path = script("say: 你好")

        (fault,) = await faults_of(path)

        assert fault.startswith(f"{path}: the centre failed: ")


class TestTickets:
    async def test_are_asked_for_with_the_token_of_staff_and_of_this_conversation(
        self, centre: FakeCentre, script: Write
    ) -> None:
        await play(script("{say: 你好, expect_tickets: 0}"))

        (asked,) = centre.asked_by_staff
        assert asked.headers["authorization"] == f"Bearer {STAFF_TOKEN}"
        assert dict(asked.url.params) == {"conversation_id": "1"}

    @pytest.mark.parametrize(
        "expected",
        [
            "{kind: fault}",
            "{state: registered, urgent: false}",
            "{fields: {phone: '13800138000'}}",
            "{contains: {address: [幸福里, '301']}, without: [name]}",
            "{}",
        ],
    )
    async def test_that_are_as_expected_are_no_fault(
        self, centre: FakeCentre, script: Write, expected: str
    ) -> None:
        centre.tickets = [TICKET]

        assert await faults_of(script(f"expect_ticket: {expected}")) == []

    @pytest.mark.parametrize(
        ("expected", "fault"),
        [
            ("{kind: complaint}", "expected a ticket complaint; there are: ['fault']"),
            ("{fields: {phone: '1'}}", "the ticket's field phone is '13800138000', expected '1'"),
            ("{fields: {name: 王}}", "the ticket's field name is None, expected '王'"),
            (
                "{contains: {address: [幸福里, '302']}}",
                "the ticket's field address is '幸福里6栋2单元301', expected '302' in it",
            ),
            ("{contains: {name: 王}}", "the ticket's field name is None, expected '王' in it"),
            ("{without: [words]}", "the ticket has a field words"),
        ],
    )
    async def test_that_are_not_as_expected_are_named_with_file_and_line(
        self, centre: FakeCentre, script: Write, expected: str, fault: str
    ) -> None:
        centre.tickets = [TICKET]
        path = script("say: 我要报修", f"expect_ticket: {expected}")

        assert await faults_of(path) == [f"{path}:6: {fault}"]

    @pytest.mark.parametrize("expected", ["state: withdrawn", "urgent: true"])
    async def test_in_another_state_are_a_fault(
        self, centre: FakeCentre, script: Write, expected: str
    ) -> None:
        centre.tickets = [TICKET]

        (fault,) = await faults_of(script(f"expect_ticket: {{{expected}}}"))

        assert expected.partition(":")[0] in fault

    async def test_are_counted(self, centre: FakeCentre, script: Write) -> None:
        centre.tickets = [TICKET, TICKET]
        path = script("{say: 你好, expect_tickets: 1}")

        assert await faults_of(path) == [
            f"{path}:5: expected 1 tickets, there are 2: ['fault', 'fault']"
        ]

    async def test_that_are_missing_altogether_are_a_fault(
        self, centre: FakeCentre, script: Write
    ) -> None:
        (fault,) = await faults_of(script("{say: 你好, expect_ticket: {kind: fault}}"))

        assert "expected a ticket fault; there are: []" in fault

    async def test_are_looked_at_by_kind_or_else_the_newest(
        self, centre: FakeCentre, script: Write
    ) -> None:
        centre.tickets = [{**TICKET, "kind": "emergency", "urgent": True}, TICKET]

        by_kind = await faults_of(script("expect_ticket: {kind: fault, urgent: false}"))
        newest = await faults_of(script("expect_ticket: {urgent: true}"))

        assert (by_kind, newest) == ([], [])
