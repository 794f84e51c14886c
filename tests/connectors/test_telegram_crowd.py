"""Many customers at one door: what keeps some of them busy keeps nobody's danger waiting."""

from conversations import inbox
from tests.connectors.bot_api import ANNA, BotApi
from tests.connectors.post_office import PostOffice, until
from tickets.profile import Profile

# sooner than python-telegram-bot gives up a call that gets no answer
SOON_S = 10.0


async def test_a_danger_does_not_wait_for_photos_of_others_though_they_fill_the_room(
    api: BotApi, office: PostOffice, power: Profile
) -> None:
    photo = {"file_id": "p", "file_unique_id": "u", "file_size": 9, "width": 9, "height": 9}
    async with office.with_telegram(api):
        with api.holding("getFile"):
            for number in range(inbox.AT_ONCE):
                api.writes(who=9000 + number, photo=[photo])
            await until(lambda: api.count_held("getFile") == inbox.AT_ONCE)
            api.writes("您好")
            api.writes("变压器着火了，有人被困")

            await until(lambda: len(api.texts()) >= 2, within_s=SOON_S)
            said = await office.said(ANNA)

    assert api.texts()[0].startswith(power.dangers["fire"].call)
    # the calm line keeps its place in the row
    assert ("customer", "您好") not in said
