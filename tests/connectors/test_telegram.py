"""Telegram's door over real HTTP: python-telegram-bot speaks to a scripted Bot API."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.telegram import TelegramDoor
from connectors.telegram_bot import ELSEWHERE, make_bot
from conversations.door import Letter
from conversations.door_store import DoorStore
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.live import DESK
from conversations.message import Mode
from desk.database import Database
from desk.settings import ROOT
from tests.conftest import Clock
from tests.connectors.bot_api import (
    ANNA,
    BLOCKED,
    BROKEN,
    CONFLICT,
    GARBAGE,
    SILENCE,
    TOKEN,
    TOO_MANY,
    BotApi,
    Scripted,
    keyboard_of,
)
from tests.connectors.post_office import PostOffice, until, until_kept
from tests.conversations.scripted import DyingBot, HearingBot, OfferingBot
from tickets.profile import Profile, load_profile
from tickets.ticket import Kind as TicketKind

FILES = Path(__file__).parent.parent / "tickets" / "files"
PHOTO = (FILES / "meter.jpg").read_bytes()


@pytest.fixture
async def door(office: PostOffice, api: BotApi) -> AsyncIterator[TelegramDoor]:
    async with office.with_telegram(api) as opened:
        yield opened


def photo(file_id: str = "photo-1", size: int = 1000) -> dict[str, object]:
    return {"file_id": file_id, "file_unique_id": "u", "file_size": size, "width": 9, "height": 9}


@pytest.mark.usefixtures("door")
class TestText:
    async def test_is_answered(self, api: BotApi, office: PostOffice) -> None:
        api.writes("电费怎么查")

        await until(lambda: api.texts() == ["第1句：电费怎么查"])
        assert await office.said(ANNA) == [("customer", "电费怎么查"), ("bot", "第1句：电费怎么查")]

    async def test_that_comes_five_times_is_answered_once(
        self, api: BotApi, office: PostOffice
    ) -> None:
        update = api.writes("电费怎么查")
        for _ in range(4):
            api.push_again(update)
        api.writes("谢谢")

        await until(lambda: len(api.texts()) >= 2)
        assert api.texts() == ["第1句：电费怎么查", "第2句：谢谢"]
        assert len(await office.said(ANNA)) == 4

    async def test_is_read_in_the_order_in_which_it_was_written(
        self, api: BotApi, office: PostOffice
    ) -> None:
        later, earlier = api.message("第二"), api.message("第一")
        api.push_together(
            {"update_id": 2002, "message": later}, {"update_id": 2001, "message": earlier}
        )

        await until(lambda: len(api.texts()) == 2)
        heard = [text for sender, text in await office.said(ANNA) if sender == "customer"]
        assert heard == ["第一", "第二"]

    async def test_that_begins_with_a_slash_is_text_unless_it_is_a_command(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.writes("/unknown 命令")

        await until(lambda: len(api.texts()) == 1)
        assert (await office.said(ANNA))[0] == ("customer", "/unknown 命令")

    async def test_longer_than_a_line_may_be_is_taken_in_several(
        self, api: BotApi, office: PostOffice
    ) -> None:
        text = "我家停电了，请派人来看。" * 250

        api.writes(text)

        await until(lambda: len(api.texts()) == 2)
        heard = [said for sender, said in await office.said(ANNA) if sender == "customer"]
        assert "".join(heard) == text

    async def test_with_a_link_or_markup_in_the_answer_is_sent_as_plain_text_without_a_preview(
        self, api: BotApi
    ) -> None:
        api.writes("<b>看</b> https://phish.example *这里*")

        await until(lambda: len(api.texts()) == 1)
        sent = api.sent()[0].data
        assert "<b>看</b> https://phish.example *这里*" in sent["text"]
        assert "parse_mode" not in sent
        assert json.loads(sent["link_preview_options"]) == {"is_disabled": True}

    async def test_shows_typing_meanwhile(self, api: BotApi) -> None:
        api.writes("电费怎么查")

        await until(lambda: bool(api.called("sendChatAction")) and bool(api.texts()))
        assert api.called("sendChatAction")[0].data["action"] == "typing"


@pytest.mark.usefixtures("door")
class TestEdit:
    async def test_changes_the_transcript_and_is_not_answered(
        self, api: BotApi, office: PostOffice
    ) -> None:
        sent = api.writes("幸福里6栋")["message"]
        await until(lambda: len(api.texts()) == 1)

        api.push(edited_message={**sent, "text": "幸福里8栋", "edit_date": sent["date"] + 5})
        api.writes("谢谢")

        await until(lambda: len(api.texts()) == 2)
        assert [text for who, text in await office.said(ANNA) if who == "customer"] == [
            "幸福里8栋",
            "谢谢",
        ]
        line = (await office.transcript("telegram", str(ANNA)))[0]
        assert line.first_text == "幸福里6栋"

    async def test_that_comes_late_does_not_undo_a_newer_one(
        self, api: BotApi, office: PostOffice
    ) -> None:
        sent = api.writes("幸福里6栋")["message"]
        await until(lambda: len(api.texts()) == 1)
        edits = [
            {**sent, "text": text, "edit_date": sent["date"] - ago}
            for text, ago in (("幸福里8栋", 5), ("幸福里7栋", 10))
        ]

        for edit in edits:
            api.push(edited_message=edit)
        api.writes("谢谢")

        await until(lambda: len(api.texts()) == 2)
        assert await heard_by(office) == ["幸福里8栋", "谢谢"]

    async def test_of_a_long_text_corrects_every_piece_of_it(
        self, api: BotApi, office: PostOffice
    ) -> None:
        sent = api.writes("我家停电了，请派人来看。" * 250)["message"]
        await until(lambda: len(api.texts()) == 2)
        longer, shorter = "我家没电了，请派人来修。" * 250, "没事了。"

        api.push(edited_message={**sent, "text": longer})
        api.writes("第三")
        await until(lambda: len(api.texts()) == 3)
        whole = "".join((await heard_by(office))[:2])
        api.push(edited_message={**sent, "text": shorter})
        api.writes("第四")
        await until(lambda: len(api.texts()) == 4)

        assert whole == longer
        removed = office.terms.words.removed
        assert await heard_by(office) == [shorter, removed, "第三", "第四"]

    async def test_to_nothing_that_can_be_seen_changes_nothing(
        self, api: BotApi, office: PostOffice
    ) -> None:
        sent = api.writes("查电费")["message"]
        await until(lambda: len(api.texts()) == 1)

        api.push(edited_message={**sent, "text": "\u200b"})
        api.writes("谢谢")

        await until(lambda: len(api.texts()) == 2)
        assert api.texts()[1] == "第2句：谢谢"
        assert await heard_by(office) == ["查电费", "谢谢"]

    async def test_that_tells_of_a_danger_only_now_is_answered(
        self, api: BotApi, office: PostOffice, power: Profile
    ) -> None:
        sent = api.writes("家里有股味道")["message"]
        await until(lambda: len(api.texts()) == 1)

        api.push(edited_message={**sent, "text": "电线掉在地上了"})

        await until(lambda: any("紧急工单" in text for text in api.texts()))
        assert power.dangers["line"].call in "".join(api.texts())

    async def test_of_what_never_came_is_taken_as_it_is(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.push(edited_message=api.message("查电费"))

        await until(lambda: len(api.texts()) == 1)
        assert (await office.said(ANNA))[0] == ("customer", "查电费")


@pytest.mark.usefixtures("door")
class TestFiles:
    async def test_a_photo_is_kept_with_its_caption(self, api: BotApi, office: PostOffice) -> None:
        api.files["photo-1"] = PHOTO

        api.writes(photo=[photo("small", 10), photo()], caption="电表坏了")

        await until(lambda: len(api.texts()) == 1)
        line = (await office.transcript("telegram", str(ANNA)))[0]
        assert line.reply.text == "【图片】电表坏了"
        kept = await office.files.read(line.conversation_id, line.files[0].file_id)
        assert kept[1] == PHOTO

    async def test_a_name_with_folders_in_it_is_a_name(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.files["doc"] = PHOTO

        api.writes(document={**photo("doc"), "file_name": "../../etc/passwd"})

        await until(lambda: len(api.texts()) == 1)
        line = (await office.transcript("telegram", str(ANNA)))[0]
        assert line.files[0].name == "passwd.jpg"

    async def test_a_file_of_20_mb_is_refused_unseen_and_its_caption_is_heard(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.writes(document=photo("huge", 20 * 1024 * 1024), caption="合同在这里")

        await until(lambda: len(api.texts()) == 2)
        assert "最多 10 MB" in api.texts()[0]
        assert api.called("getFile") == []
        assert ("customer", "合同在这里") in await office.said(ANNA)

    async def test_a_program_is_refused_whatever_its_name(self, api: BotApi) -> None:
        api.files["exe"] = b"MZ\x90\x00" + b"\0" * 400

        api.writes(document={**photo("exe"), "file_name": "照片.jpg"})

        await until(lambda: len(api.texts()) == 1)
        assert "这种文件我收不了" in api.texts()[0]

    async def test_voice_is_kept_and_a_text_or_a_person_asked_for(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.files["voice-1"] = b"OggS\x00\x02" + b"\0" * 60

        api.writes(voice={**photo("voice-1"), "duration": 3, "mime_type": "audio/ogg"})

        await until(lambda: len(api.texts()) == 1)
        assert "请用文字说一下" in api.texts()[0]
        assert keyboard_of(api.sent()[0])[0][0]["text"] == "转人工"
        line = (await office.transcript("telegram", str(ANNA)))[0]
        assert (line.reply.text, line.files[0].media_type) == ("【语音】", "audio/ogg")

    async def test_a_film_is_refused_without_being_fetched(self, api: BotApi) -> None:
        api.writes(video={**photo("film"), "duration": 3})

        await until(lambda: len(api.texts()) == 1)
        assert "这种文件我收不了" in api.texts()[0]
        assert api.called("getFile") == []

    async def test_a_photo_that_telegram_does_not_find_keeps_nothing_waiting(
        self, api: BotApi, office: PostOffice
    ) -> None:
        # Telegram tells where it lies, and then it lies there no more
        api.writes(photo=[photo("gone")])
        api.writes("查电费")

        await until(lambda: len(api.texts()) == 2)
        assert api.texts() == [office.terms.words.file_lost, "第1句：查电费"]

    async def test_a_photo_waits_for_telegram_and_keeps_its_place(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        api.files["photo-1"] = PHOTO
        api.answer_next("getFile", BROKEN)

        api.writes(photo=[photo()], caption="第一")
        api.writes("第二")
        await until(lambda: not api._scripts["getFile"])
        await office.until_letter_put_off(ANNA)
        assert await office.said(ANNA) == []
        clock.move(timedelta(seconds=61))

        await until(lambda: len(api.texts()) == 2)
        heard = [said for sender, said in await office.said(ANNA) if sender == "customer"]
        assert heard == ["【图片】第一", "第二"]


@pytest.mark.usefixtures("door")
class TestADangerAndAFile:
    async def test_a_danger_does_not_wait_behind_a_photo_that_cannot_be_fetched(
        self, api: BotApi, office: PostOffice, power: Profile
    ) -> None:
        api.answer_next("getFile", *[BROKEN] * 50)

        api.writes(photo=[photo()], caption="电表")
        api.writes("在吗")
        api.writes("变压器着火了，有人被困")

        await until(lambda: any("紧急工单" in text for text in api.texts()))
        assert api.texts()[0].startswith(power.dangers["fire"].call)
        # the calm line keeps its place behind the photo
        assert await heard_by(office) == ["变压器着火了，有人被困"]

    async def test_a_danger_does_not_wait_behind_a_photo_that_comes_slowly(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.files["photo-1"] = PHOTO
        with api.holding("getFile"):
            api.writes(photo=[photo()], caption="电表")
            await until(lambda: api.is_held("getFile"))
            api.writes("变压器着火了，有人被困")

            await until(lambda: any("紧急工单" in text for text in api.texts()))
            assert await heard_by(office) == ["变压器着火了，有人被困"]

        await until(lambda: any("电表" in text for text in api.texts()))
        assert await heard_by(office) == ["变压器着火了，有人被困", "【图片】电表"]

    async def test_a_danger_told_under_a_photo_does_not_wait_until_it_is_fetched(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        api.files["photo-1"] = PHOTO
        api.answer_next("getFile", BROKEN)

        api.writes(photo=[photo()], caption="变压器着火了")
        await until(lambda: any("紧急工单" in text for text in api.texts()))
        assert await heard_by(office) == ["变压器着火了"]
        await until(lambda: not api._scripts["getFile"])
        await office.until_letter_put_off(ANNA)
        clock.move(timedelta(seconds=61))

        await until(lambda: len(api.texts()) == 3)
        assert await heard_by(office) == ["变压器着火了", "【图片】"]
        assert len(await office.centre.tickets.list_tickets(kind=TicketKind.EMERGENCY)) == 1


async def heard_by(office: PostOffice) -> list[str]:
    """What Anna has said, as far as it was read."""
    return [text for sender, text in await office.said(ANNA) if sender == "customer"]


@pytest.mark.usefixtures("door")
class TestOtherThings:
    async def test_a_place_is_the_address(self, api: BotApi) -> None:
        api.writes(location={"latitude": 31.23, "longitude": 121.47})

        await until(lambda: len(api.texts()) == 1)
        assert "address=（31.23000，121.47000）" in api.texts()[0]

    async def test_a_contact_of_ones_own_is_the_phone(self, api: BotApi) -> None:
        api.writes(
            contact={"phone_number": "+86 13812345678", "first_name": "安娜", "user_id": ANNA}
        )

        await until(lambda: len(api.texts()) == 1)
        assert "phone=13812345678" in api.texts()[0]

    async def test_a_sticker_gets_a_friendly_word(self, api: BotApi, power: Profile) -> None:
        api.writes(sticker={"file_id": "s", "emoji": "👍"})

        await until(lambda: len(api.texts()) == 1)
        assert api.texts() == [power.wordings.no_words]

    async def test_an_update_of_a_kind_nobody_has_seen_disturbs_no_one(self, api: BotApi) -> None:
        api.push(telepathy={"thought": "……"})
        api.push(message="不是消息")
        api.push_again({"update_id": 950, "message": {"chat": {"id": "x"}, "message_id": []}})
        api.writes("查电费")

        await until(lambda: api.texts() == ["第1句：查电费"])

    async def test_a_group_is_refused_politely_and_not_kept(
        self, api: BotApi, office: PostOffice
    ) -> None:
        for text in ("/help", "有人吗"):
            api.writes(text, chat={"id": -500, "type": "group"})
        api.writes("查电费")

        await until(lambda: len(api.texts()) == 1 and bool(api.texts(-500)))
        assert api.texts(-500) == [office.terms.words.group]
        assert await office.said(-500) == []


@pytest.mark.usefixtures("door")
class TestCommands:
    async def test_the_menu_is_chinese(self, api: BotApi) -> None:
        await until(lambda: bool(api.called("setMyCommands")))

        menu = json.loads(api.called("setMyCommands")[0].data["commands"])
        assert {"command": "human", "description": "转人工"} in menu

    async def test_start_greets_with_starters_that_say_their_text(
        self, api: BotApi, power: Profile
    ) -> None:
        api.writes("/start")
        await until(lambda: len(api.texts()) == 1)
        assert api.texts() == [power.greeting.strip()]

        api.presses(api.sent()[0])

        await until(lambda: len(api.texts()) == 2)
        assert power.starters[0].text in api.texts()[1]

    async def test_a_link_says_what_it_stands_for(self, api: BotApi, office: PostOffice) -> None:
        api.writes("/start report")

        await until(lambda: len(api.texts()) == 1)
        assert (await office.said(ANNA))[0] == ("customer", "我要报修")

    @pytest.mark.parametrize("command", ["human", "status", "cancel"])
    async def test_one_of_the_menu_says_its_words(
        self, api: BotApi, office: PostOffice, command: str
    ) -> None:
        api.writes(f"/{command}@seatmate_bot")

        await until(lambda: len(api.texts()) == 1)
        assert (await office.said(ANNA))[0] == ("customer", office.terms.commands[command].says)

    async def test_help_tells_the_hotline(self, api: BotApi, power: Profile) -> None:
        api.writes("/help")

        await until(lambda: len(api.texts()) == 1)
        assert power.hotline in api.texts()[0]

    async def test_news_can_be_stopped_and_wished_for_again(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.writes("/mute")
        await until(lambda: api.texts() == [office.terms.words.muted])
        conversation_id = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
        assert not await office.centre.chats.wants_news(conversation_id)

        api.writes("/unmute")

        await until(lambda: len(api.texts()) == 2)
        assert await office.centre.chats.wants_news(conversation_id)


class TestAnotherCentre:
    async def test_whose_link_is_opened_gets_nothing_filed_here(
        self, api: BotApi, database: Database, clock: Clock, power: Profile, tmp_path: Path
    ) -> None:
        gas = load_profile(ROOT / "profiles" / "gas")
        office = PostOffice(database, clock, power, tmp_path, others={"gas": gas})
        async with office.with_telegram(api):
            api.writes("您好")
            await until(lambda: len(api.texts()) == 1)

            api.writes("/start gas-report")
            await until(lambda: len(api.texts()) == 2)

        assert all(each in api.texts()[1] for each in (power.title, gas.title, gas.hotline))
        assert await heard_by(office) == ["您好"]


class TestButtons:
    @pytest.fixture
    def office(
        self, database: Database, clock: Clock, power: Profile, tmp_path: Path
    ) -> PostOffice:
        return PostOffice(database, clock, power, tmp_path, bot=OfferingBot())

    async def test_edit_their_message_and_are_answered(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)

        api.presses(api.sent()[0])

        await until(lambda: len(api.sent()) == 2 and bool(api.called("editMessageText")))
        edited = api.called("editMessageText")[0].data
        assert edited["text"] == "请核对\n✓ 确认提交"
        assert edited["message_id"] == str(api.sent()[0].data["message_id"])
        assert api.called("answerCallbackQuery")[0].data["text"] == office.terms.words.taken
        assert ("customer", "确认提交") in await office.said(ANNA)

    async def test_pressed_twice_at_once_do_it_once(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)

        for _ in range(2):
            api.presses(api.sent()[0])

        await until(lambda: len(api.called("answerCallbackQuery")) == 2)
        said = await office.said(ANNA)
        assert said.count(("customer", "确认提交")) == 1

    async def test_keep_no_line_waiting_while_telegram_does_not_answer(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)

        with api.holding("answerCallbackQuery"):
            api.presses(api.sent()[0])
            await until(lambda: api.is_held("answerCallbackQuery"))
            api.writes("查电费")
            # sooner than the call is given up
            await until(lambda: len(api.sent()) == 3, within_s=10)
            assert api.called("answerCallbackQuery") == []

        assert ("customer", "查电费") in await office.said(ANNA)

    async def test_hold_no_more_than_64_bytes(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)

        marks = [key["callback_data"] for row in keyboard_of(api.sent()[0]) for key in row]
        assert len(marks) == 2
        assert all(len(mark.encode()) <= 64 for mark in marks)

    async def test_survive_a_restart(
        self, api: BotApi, office: PostOffice, power: Profile, clock: Clock, tmp_path: Path
    ) -> None:
        async with office.with_telegram(api):
            api.writes("我要报修")
            await until(lambda: len(api.sent()) == 1)
        again = PostOffice(office.database, clock, power, tmp_path, bot=OfferingBot())

        async with again.with_telegram(api):
            api.presses(api.sent()[0])
            await until(lambda: bool(api.called("answerCallbackQuery")))
            said = await again.said(ANNA)

        assert ("customer", "确认提交") in said

    async def test_that_are_old_say_so_and_do_nothing(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)
        api.writes("等一下，我问个别的")
        await until(lambda: len(api.sent()) == 2)

        api.presses(api.sent()[0])

        await until(lambda: bool(api.called("answerCallbackQuery")))
        assert api.called("answerCallbackQuery")[0].data["text"] == office.terms.words.old_button
        assert ("customer", "确认提交") not in await office.said(ANNA)

    @pytest.mark.parametrize("mark", ["b:99999:0", "b:1:0", "b:2:77", "/affirm", "b:x:y", ""])
    async def test_that_we_never_sent_do_nothing(
        self, api: BotApi, office: PostOffice, door: TelegramDoor, mark: str
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)
        before = await office.said(ANNA)

        api.press_mark(mark, 4711)

        await until(lambda: bool(api.called("answerCallbackQuery")))
        told = api.called("answerCallbackQuery")[0].data["text"]
        assert told == office.terms.words.unknown_button
        assert await office.said(ANNA) == before

    async def test_of_another_customer_do_nothing(
        self, api: BotApi, office: PostOffice, door: TelegramDoor
    ) -> None:
        api.writes("我要报修")
        await until(lambda: len(api.sent()) == 1)
        key = keyboard_of(api.sent()[0])[0][0]["callback_data"]

        api.press_mark(key, 4711, chat=8002)

        await until(lambda: bool(api.called("answerCallbackQuery")))
        assert ("customer", "确认提交") not in await office.said(8002)
        assert ("customer", "确认提交") not in await office.said(ANNA)


@pytest.mark.usefixtures("door")
class TestTrouble:
    @pytest.mark.parametrize("trouble", [BROKEN, GARBAGE, SILENCE])
    async def test_a_line_that_does_not_get_through_is_sent_again_and_once(
        self, api: BotApi, office: PostOffice, clock: Clock, trouble: Scripted
    ) -> None:
        api.answer_next("sendMessage", trouble)

        api.writes("查电费")
        await until(lambda: not api._scripts["sendMessage"])
        await office.until_put_off(ANNA)
        assert api.texts() == []
        clock.move(timedelta(seconds=61))

        await until(lambda: len(api.texts()) == 1)
        assert api.texts() == ["第1句：查电费"]

    async def test_no_customer_is_written_to_before_telegram_allows_it_again(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        api.answer_next("sendMessage", TOO_MANY)
        api.writes("查电费")
        await until(lambda: not api._scripts["sendMessage"])
        refused_at = time.monotonic()

        api.writes("查电费", who=8002)
        await office.until_put_off(ANNA)
        await asyncio.sleep(1.5)
        clock.move(timedelta(seconds=61))

        await until(lambda: len(api.texts()) == 1 and len(api.texts(8002)) == 1)
        assert min(each.at for each in api.called("sendMessage")) - refused_at >= 0.9

    async def test_lines_after_one_that_waits_wait_too(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        api.answer_next("sendMessage", BROKEN)
        api.writes("第一")
        await until(lambda: not api._scripts["sendMessage"])
        await office.until_put_off(ANNA)

        api.writes("第二")
        await asyncio.sleep(0.3)
        assert api.texts() == []
        clock.move(timedelta(seconds=61))

        await until(lambda: len(api.texts()) == 2)
        assert api.texts() == ["第1句：第一", "第2句：第二"]

    async def test_a_customer_who_blocked_us_is_marked_and_found_again(
        self, api: BotApi, office: PostOffice, database: Database
    ) -> None:
        api.answer_next("sendMessage", BLOCKED)
        api.writes("查电费")

        async def is_gone() -> bool:
            async with database.read() as connection:
                chat = await DoorStore(connection).find_chat("telegram", str(ANNA))
            return chat is not None and chat.gone_at is not None

        await until_kept(is_gone)
        conversation_id = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
        async with database.read() as connection:
            failed = await DoorStore(connection).list_failed(conversation_id)
        assert "blocked" in failed[0].reason

        api.writes("我回来了")

        await until(lambda: len(api.texts()) == 1)
        assert api.texts() == ["第2句：我回来了"]

    async def test_one_refused_line_does_not_keep_the_next_waiting(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.answer_next("sendMessage", Scripted.error(400, "Bad Request: message text is empty"))

        api.writes("第一")
        api.writes("第二")

        await until(lambda: api.texts() == ["第2句：第二"])

    async def test_a_line_that_fails_for_a_day_is_passed_and_told_to_the_agents(
        self, api: BotApi, office: PostOffice, clock: Clock, database: Database
    ) -> None:
        api.answer_next("sendMessage", BROKEN, BROKEN)
        api.writes("第一")
        await until(lambda: len(api._scripts["sendMessage"]) == 1)
        await office.until_put_off(ANNA)
        conversation_id = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
        async with database.write() as connection:
            # as it is after many tries
            await DoorStore(connection).put_off(conversation_id, tries=60, until=clock())
        clock.move(timedelta(hours=25))

        await until(lambda: not api._scripts["sendMessage"])
        api.writes("第二")

        await until(lambda: api.texts() == ["第2句：第二"])
        reach = await office.centre.chats.find_reach(conversation_id)
        assert reach is not None
        assert "Internal Server Error" in "".join(reach.failed.values())

    @pytest.mark.parametrize("status", [400, 403])
    async def test_what_a_proxy_refuses_is_not_lost(
        self, api: BotApi, office: PostOffice, clock: Clock, status: int
    ) -> None:
        api.answer_next(
            "sendMessage", Scripted(status, b"<html>403 Forbidden: by the proxy</html>")
        )

        api.writes("查电费")
        await until(lambda: not api._scripts["sendMessage"])
        await office.until_put_off(ANNA)
        clock.move(timedelta(seconds=61))

        await until(lambda: api.texts() == ["第1句：查电费"])
        conversation_id = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
        reach = await office.centre.chats.find_reach(conversation_id)
        assert reach is not None
        assert (reach.gone_at, reach.failed) == (None, {})

    async def test_polling_goes_on_after_telegram_was_away(
        self, api: BotApi, door: TelegramDoor
    ) -> None:
        api.answer_next("getUpdates", BROKEN, GARBAGE, SILENCE)
        api.writes("查电费")

        await until(lambda: api.texts() == ["第1句：查电费"])
        assert door.trouble == ""

    async def test_two_lines_to_one_chat_are_a_second_apart(self, api: BotApi) -> None:
        api.writes("第一")
        api.writes("第二")

        await until(lambda: len(api.sent()) == 2)
        first, second = api.sent()
        # when they reached the server: each on its own way
        assert second.at - first.at >= 0.5


class TestPolling:
    async def test_that_fails_later_is_told_until_it_goes_on(
        self, api: BotApi, office: PostOffice
    ) -> None:
        async with office.with_telegram(api) as door:
            await until(lambda: door.trouble == "")

            api.answer_next("getUpdates", *[BROKEN] * 2)
            await until(lambda: "cannot be reached" in door.trouble)

            await until(lambda: door.trouble == "")

    async def test_is_tried_ever_less_often_while_no_updates_come_and_is_never_called_well(
        self, api: BotApi, office: PostOffice
    ) -> None:
        # the other methods go on being answered as usual
        api.answer_next("getUpdates", *[CONFLICT] * 40)
        begun, states = time.monotonic(), set()

        async with office.with_telegram(api) as door:
            while len(api.called("deleteWebhook")) < 4:
                states.add(door.trouble)
                await asyncio.sleep(0.02)

        # at least half of 1, 2 and 4 seconds
        assert time.monotonic() - begun >= 3.5
        assert states == {"not reached yet", ELSEWHERE}

    async def test_of_what_is_no_list_of_updates_waits_before_it_asks_again(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.answer_next("getUpdates", *[Scripted(200, {"ok": True, "result": {}})] * 40)

        async with office.with_telegram(api) as door:
            await until(lambda: len(api._scripts["getUpdates"]) < 40)
            await asyncio.sleep(0.4)
            left, trouble = len(api._scripts["getUpdates"]), door.trouble

        assert left == 39
        assert "no list of updates" in trouble


class TestKilled:
    async def test_a_desk_that_dies_while_it_answers_loses_and_doubles_nothing(
        self, api: BotApi, office: PostOffice, power: Profile, clock: Clock, tmp_path: Path
    ) -> None:
        office.centre.answering._bot = DyingBot()
        async with office.with_telegram(api):
            api.writes("查电费")
            await until(lambda: bool(api.called("sendChatAction")))
        again = PostOffice(office.database, clock, power, tmp_path)

        async with again.with_telegram(api):
            await again.hub.resume()
            await until(lambda: len(api.texts()) == 1)

        assert await again.said(ANNA) == [
            ("customer", "查电费"),
            ("bot", "第1句：查电费（又一遍）"),
        ]

    async def test_a_letter_kept_by_a_desk_that_died_is_read_by_the_next(
        self, api: BotApi, office: PostOffice, power: Profile, clock: Clock, tmp_path: Path
    ) -> None:
        # it died before it asked Telegram anything
        dead = office_door(office, api)
        await dead.take({"update_id": 5, "message": api.message("查电费")})

        again = PostOffice(office.database, clock, power, tmp_path)
        async with again.with_telegram(api):
            await until(lambda: api.texts() == ["第1句：查电费"])


class TestAnotherBot:
    """The token in the settings is of another bot from now on, which counts as it likes."""

    async def test_is_heard_though_its_numbers_are_those_of_the_bot_before(
        self, api: BotApi, office: PostOffice
    ) -> None:
        update = {"update_id": 5, "message": api.message("查电费")}
        other = {"update_id": 5, "message": {**update["message"], "text": "过户"}}
        before = office_door(office, api)
        after = office_door(office, api, token="987654:of-another-bot")  # noqa: S106

        async with office.opened(before):
            await before.take(update)
            await until(lambda: len(api.texts()) == 1)
            await after.take(other)
            await until(lambda: len(api.texts()) == 2)
        for door in (before, after):
            await door.close()

        assert await heard_by(office) == ["查电费", "过户"]

    async def test_an_update_kept_before_letters_named_their_bot_is_not_taken_again(
        self, api: BotApi, office: PostOffice
    ) -> None:
        update = {"update_id": 5, "message": api.message("查电费")}
        old = Letter(
            channel="telegram",
            key="5",
            address=str(ANNA),
            place=5,
            sent_at=office.clock(),
            body=update,
        )
        async with office.opened(door := office_door(office, api)):
            await office.inbox.take([old])
            await door.take(update)
            await door.take({"update_id": 6, "message": api.message("谢谢")})
            await until(lambda: len(api.texts()) == 2)
        await door.close()

        assert await heard_by(office) == ["查电费", "谢谢"]


class TestFlood:
    async def test_of_a_thousand_messages_gets_one_kind_word_and_a_danger_is_still_heard(
        self, api: BotApi, office: PostOffice
    ) -> None:
        office.centre.answering._bot = HearingBot()
        updates = [{"update_id": 10 + n, "message": api.message(f"在吗{n}")} for n in range(1000)]
        updates.append({"update_id": 2000, "message": api.message("电线掉下来了，有人触电")})
        async with office.opened(door := office_door(office, api)):
            for update in updates:
                await door.take(update)
            await until(lambda: any("紧急工单" in text for text in api.texts()), within_s=120)
            said = await office.said(ANNA)
        await door.close()

        heard = [text for sender, text in said if sender == "customer"]
        assert heard == [f"在吗{n}" for n in range(20)] + ["电线掉下来了，有人触电"]
        assert sum("您发得太快了" in text for _, text in said) == 1

    async def test_of_words_does_not_drown_a_danger_under_a_photo(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.files["photo-1"] = PHOTO
        async with office.opened(door := office_door(office, api)):
            for number in range(25):
                await door.take({"update_id": number, "message": api.message("在吗")})
            burning = api.message(photo=[photo()], caption="变压器着火了")
            await door.take({"update_id": 30, "message": burning})
            await until(lambda: any("紧急工单" in text for text in api.texts()))
        await door.close()

    async def test_of_words_drowns_no_button_of_danger_and_answers_every_press(
        self, api: BotApi, office: PostOffice
    ) -> None:
        async with office.opened(door := office_door(office, api)):
            await door.take({"update_id": 1, "message": api.message("您好")})
            await until(lambda: len(api.texts()) == 1)
            conversation_id = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
            danger = {"title": "有危险", "payload": '/danger{"danger": "fire"}'}
            affirm = {"title": "确认提交", "payload": "/affirm"}
            await office.hub.notify(
                conversation_id, key="asked", text="请选择", buttons=[danger, affirm]
            )
            await until(lambda: len(api.texts()) == 2)
            for number in range(2, 40):
                await door.take({"update_id": number, "message": api.message("在吗")})
            for index in (1, 0):
                await door.take(api.presses(api.sent()[1], index))
            await until(lambda: any("紧急工单" in text for text in api.texts()))
            await until(lambda: len(api.called("answerCallbackQuery")) == 2)
        await door.close()

        told = [call.data["text"] for call in api.called("answerCallbackQuery")]
        assert len(told) == 2
        assert any("您发得太快了" in each for each in told)
        assert office.terms.words.taken in told
        assert "确认提交" not in await heard_by(office)


def office_door(office: PostOffice, api: BotApi, *, token: str = TOKEN) -> TelegramDoor:
    """A door to which updates are brought."""
    return TelegramDoor(
        make_bot(token, api=api.url),
        commands=office.terms.commands,
        inbox=office.inbox,
        clock=office.clock,
        webhook="https://desk.example/telegram/webhook",
    )


class TestAgent:
    @pytest.fixture
    async def conversation_id(self, api: BotApi, office: PostOffice, door: TelegramDoor) -> str:
        """小李 has taken over from the bot."""
        api.writes("查电费")
        await until(lambda: len(api.texts()) == 1)
        found = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
        async with office.database.write() as connection:
            await HandoverStore(connection).add(
                found, "power", Reason.ASKED, Summary(matter=""), at=office.clock()
            )
        await office.centre.handovers.claim(found, agent="小李")
        return found

    async def test_speaks_in_the_same_chat_and_the_bot_is_silent(
        self, api: BotApi, office: PostOffice, conversation_id: str
    ) -> None:
        await office.centre.handovers.say(
            conversation_id, agent="小李", key="1", text="您好，我是小李"
        )
        api.writes("您好")

        await until(lambda: len(api.texts()) == 3)
        assert api.texts()[1:] == ["人工客服 小李 为您服务。", "您好，我是小李"]
        conversation = await office.centre.transcript.get_for_staff(conversation_id)
        assert conversation.mode is Mode.AGENT

    async def test_sends_a_photo_once_which_lies_on_no_ticket_of_the_customers(
        self, api: BotApi, office: PostOffice, conversation_id: str
    ) -> None:
        kept = await office.files.keep(PHOTO, name="电表.jpg")

        for _ in range(2):
            await office.centre.handovers.send_file(
                conversation_id, agent="小李", key="p", kept=kept
            )

        await until(lambda: len(api.sent()) == 3)
        photos = [each for each in api.sent() if each.method == "sendPhoto"]
        assert [each.files["photo"] for each in photos] == [PHOTO]
        assert not await office.files.has_waiting(conversation_id)
        line = (await office.transcript("telegram", str(ANNA)))[-1]
        assert [each.name for each in line.files] == ["电表.jpg"]

    async def test_is_told_at_once_what_will_never_arrive(
        self, api: BotApi, office: PostOffice, conversation_id: str
    ) -> None:
        await until(lambda: len(api.texts()) == 2)

        async with office.hub.watch(DESK) as events:
            api.answer_next("sendMessage", BLOCKED)
            said = await office.centre.handovers.say(
                conversation_id, agent="小李", key="1", text="您好"
            )
            async with asyncio.timeout(10):
                while (event := await events.get()).name != "undelivered":
                    pass

        assert event.data["seq"] == said.seq
        reach = await office.centre.chats.find_reach(conversation_id)
        assert reach is not None
        assert reach.gone_at is not None
        assert "blocked" in reach.failed[said.seq]
