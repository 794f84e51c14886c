"""Telegram on a hard day: crowds, damaged files, an upgrade, another process with the token."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.telegram import TelegramDoor
from connectors.telegram_bot import TAKEN_AWAY, make_bot
from connectors.telegram_webhook import PATH
from conversations import inbox
from conversations.door import NEWS_AT_ONCE, Letter, LineRefused, OutFile, Part
from conversations.door_store import DoorStore
from conversations.groups import REFUSED_EACH
from conversations.handover import Reason, Summary
from conversations.handover_store import HandoverStore
from tests.conftest import Clock
from tests.connectors.bot_api import ANNA, BROKEN, TOKEN, BotApi, Scripted, keyboard_of
from tests.connectors.post_office import PostOffice, stop, until
from tickets.attachments import MediaType
from tickets.profile import Profile

PHOTO = (Path(__file__).parent.parent / "tickets" / "files" / "meter.jpg").read_bytes()
FAR_PHOTO = {"file_id": "p", "file_unique_id": "u", "file_size": 9, "width": 9, "height": 9}
URL = f"https://desk.example{PATH}"
# sooner than python-telegram-bot gives up a call that gets no answer
SOON_S = 10.0


class TestACrowd:
    async def test_with_slow_photos_fills_the_room_and_keeps_no_danger_waiting(
        self, api: BotApi, office: PostOffice, power: Profile
    ) -> None:
        async with office.with_telegram(api):
            with api.holding("getFile"):
                for number in range(inbox.AT_ONCE):
                    api.writes(who=9000 + number, photo=[FAR_PHOTO])
                await until(lambda: api.count_held("getFile") == inbox.AT_ONCE)
                api.writes("您好")
                api.writes("变压器着火了，有人被困")

                await until(lambda: len(api.texts()) >= 2, within_s=SOON_S)
                said = await office.said(ANNA)

        assert api.texts()[0].startswith(power.dangers["fire"].call)
        # the calm line keeps its place in the row
        assert ("customer", "您好") not in said

    async def test_that_is_sent_news_keeps_no_warning_of_a_danger_waiting(
        self, api: BotApi, office: PostOffice
    ) -> None:
        customers = [ANNA, *range(9000, 9000 + NEWS_AT_ONCE + 5)]
        async with office.with_telegram(api):
            for who in customers:
                api.writes("您好", who=who)
            await until(lambda: all(len(api.texts(who)) == 1 for who in customers))
            with api.holding("sendMessage"):
                # Anna's is the last of the news
                for who in reversed(customers):
                    line = (await office.transcript("telegram", str(who)))[0]
                    await office.hub.notify(line.conversation_id, key="news", text="已恢复供电")
                await until(lambda: api.count_held("sendMessage") == NEWS_AT_ONCE)
                api.writes("变压器着火了")
                await until(
                    lambda: api.count_held("sendMessage") == NEWS_AT_ONCE + 1, within_s=SOON_S
                )
            await until(lambda: len(api.texts()) == 4)
            await until(lambda: all("已恢复供电" in api.texts(who) for who in customers))

        assert api.texts()[1] == "已恢复供电"
        assert any("紧急工单" in text for text in api.texts()[2:])

    async def test_in_a_group_is_told_again_only_after_an_hour(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        group = {"id": -500, "type": "group"}
        async with office.with_telegram(api):
            api.writes("有人吗", chat=group)
            await until(lambda: len(api.texts(-500)) == 1)
            clock.move(REFUSED_EACH)
            api.writes("有人吗", chat=group)
            api.writes("有人吗", chat=group)
            await until(lambda: len(api.texts(-500)) == 2)
            api.writes("查电费")
            await until(lambda: len(api.texts()) == 1)

        assert api.texts(-500) == [office.terms.words.group] * 2


class TestSilence:
    async def test_of_telegram_keeps_no_line_from_being_heard_and_answered_in_order(
        self, api: BotApi, office: PostOffice
    ) -> None:
        async with office.with_telegram(api):
            with api.holding("sendMessage"):
                api.writes("第一")
                await until(lambda: api.is_held("sendMessage"))
                api.writes("第二")
                async with asyncio.timeout(SOON_S):
                    while True:
                        said = await office.said(ANNA)
                        if len(said) == 4:
                            break
                        await asyncio.sleep(0.05)
                assert api.texts() == []

            await until(lambda: len(api.texts()) == 2)

        assert api.texts() == ["第1句：第一", "第2句：第二"]


class TestAPhotoThatComesADayLate:
    async def test_is_tried_more_than_once(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        api.files["p"] = PHOTO
        api.answer_next("getFile", BROKEN)
        # Telegram kept it while there was no desk
        sent_at = int((clock() - timedelta(hours=25)).timestamp())
        async with office.with_telegram(api):
            api.writes(photo=[FAR_PHOTO], caption="电表", date=sent_at)
            await until(lambda: not api._scripts["getFile"])
            await office.until_letter_put_off(ANNA)
            clock.move(timedelta(seconds=61))

            await until(lambda: len(api.texts()) == 1)
            said = await office.said(ANNA)

        assert said[0] == ("customer", "【图片】电表")


class TestAnAgentsFile:
    async def test_that_the_disk_does_not_give_is_passed_after_a_day_and_told(
        self, api: BotApi, office: PostOffice, clock: Clock
    ) -> None:
        async with office.with_telegram(api):
            api.writes("查电费")
            await until(lambda: len(api.texts()) == 1)
        conversation_id = await taken_over(office, clock)
        kept = await office.files.keep(PHOTO, name="电表.jpg")
        damaged = office.folder / "attachments" / kept.sha256[:2] / kept.sha256[2:4] / kept.sha256
        handovers = office.centre.handovers
        await handovers.send_file(conversation_id, agent="小李", key="p", kept=kept)
        await handovers.say(conversation_id, agent="小李", key="1", text="看到了吗")
        damaged.unlink()
        damaged.mkdir()

        async with office.with_telegram(api):
            await until(lambda: len(api.texts()) == 2)
            await office.until_put_off(ANNA)
            before = list(api.texts())
            async with office.database.write() as connection:
                # as it is after many tries
                await DoorStore(connection).put_off(conversation_id, tries=60, until=clock())
            clock.move(timedelta(hours=25))
            await until(lambda: len(api.texts()) == 3)

        assert before[-1] == "人工客服 小李 为您服务。"
        assert api.texts()[2] == "看到了吗"
        reach = await office.centre.chats.find_reach(conversation_id)
        assert reach is not None
        assert list(reach.failed.values()) == ["the desk cannot send it: IsADirectoryError"]

    @pytest.mark.parametrize("said", ["PHOTO_INVALID_DIMENSIONS", "IMAGE_PROCESS_FAILED"])
    async def test_that_telegram_does_not_take_as_a_photo_arrives_as_a_paper(
        self, api: BotApi, office: PostOffice, said: str
    ) -> None:
        api.answer_next("sendPhoto", Scripted.error(400, f"Bad Request: {said}"))
        async with office.with_telegram(api) as door:
            await door.send(str(ANNA), picture())

        (sent,) = api.sent()
        assert (sent.method, sent.files["document"]) == ("sendDocument", PHOTO)

    async def test_that_telegram_refuses_for_another_reason_is_refused(
        self, api: BotApi, office: PostOffice
    ) -> None:
        api.answer_next("sendPhoto", Scripted.error(400, "Bad Request: not enough rights"))
        async with office.with_telegram(api) as door:
            with pytest.raises(LineRefused):
                await door.send(str(ANNA), picture())

        assert api.sent() == []


def picture() -> Part:
    file = OutFile(name="长截图.jpg", media_type=MediaType.JPEG, content=PHOTO)
    return Part(key="k", text="", file=file)


async def taken_over(office: PostOffice, clock: Clock) -> str:
    """Anna's conversation, which 小李 has taken over from the bot."""
    found = (await office.transcript("telegram", str(ANNA)))[0].conversation_id
    async with office.database.write() as connection:
        await HandoverStore(connection).add(
            found, "power", Reason.ASKED, Summary(matter=""), at=clock()
        )
    await office.centre.handovers.claim(found, agent="小李")
    return found


class TestALineThatWasSentTwice:
    async def test_has_its_buttons_taken_away_where_they_were_pressed(
        self, api: BotApi, office: PostOffice, power: Profile
    ) -> None:
        async with office.with_telegram(api):
            api.writes("/start")
            await until(lambda: len(api.sent()) == 1)
            mark = keyboard_of(api.sent()[0])[0][0]["callback_data"]

            # the first copy, of which a desk that was killed has noted nothing
            api.press_mark(mark, 4711)

            await until(lambda: bool(api.called("editMessageText")))

        edited = api.called("editMessageText")[0].data
        assert (edited["message_id"], edited["chat_id"]) == ("4711", str(ANNA))
        assert power.starters[0].title in edited["text"]


class TestAnUpgrade:
    async def test_lets_a_line_be_corrected_that_was_kept_under_its_old_name(
        self, api: BotApi, office: PostOffice
    ) -> None:
        message = api.message("幸福里6栋")
        # as the earlier version kept it, without the bot
        old = Letter(
            channel="telegram",
            key="5",
            address=str(ANNA),
            place=5,
            sent_at=office.clock(),
            body={"update_id": 5, "message": message},
        )
        async with office.with_telegram(api):
            await office.inbox.take([old])
            await until(lambda: len(api.texts()) == 1)
            api.push(edited_message={**message, "text": "幸福里8栋"})
            api.writes("谢谢")
            await until(lambda: len(api.texts()) == 2)
            said = await office.said(ANNA)

        assert [text for who, text in said if who == "customer"] == ["幸福里8栋", "谢谢"]


class TestAWebhook:
    async def test_that_another_process_takes_away_is_told_and_set_again(
        self, api: BotApi, office: PostOffice, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("connectors.telegram.WATCH_WEBHOOK_S", 0.05)
        door = TelegramDoor(
            make_bot(TOKEN, api=api.url),
            commands=office.terms.commands,
            inbox=office.inbox,
            clock=office.clock,
            webhook=URL,
        )
        running = asyncio.create_task(door.run())
        await until(lambda: door.trouble == "")

        api.webhook = ""
        await until(lambda: door.trouble == TAKEN_AWAY)
        await until(lambda: door.trouble == "")
        await stop(running)
        await door.close()

        assert api.webhook == URL
