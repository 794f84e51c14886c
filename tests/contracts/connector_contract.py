"""What every door must do, whatever lies behind it; a subclass gives the door and its far side."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

import pytest

from conversations.door import Connector, CustomerGone, FarSideAway, LineRefused, Part
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.post_office import PostOffice, until


class FarSide(Protocol):
    """The other end of a door, as a test plays it."""

    customer: str

    def customer_writes(self, text: str, *, message_id: int, times: int = 1) -> None:
        """A customer writes; the far side brings it so many times."""
        ...

    def customer_got(self) -> Sequence[str]:
        """The texts that reached the customer, in order."""
        ...

    def will_be_away(self, *, seconds: int | None = None) -> None:
        """The next sending fails, perhaps with a wish to be left alone for so long."""
        ...

    def will_say_gone(self) -> None:
        """The next sending is answered: this customer is there no more."""
        ...

    def will_refuse(self) -> None:
        """The next sending is answered: not this line."""
        ...


class ConnectorContract:
    """One customer behind one door, whose lines the far side counts."""

    def open(self, office: PostOffice, far_side: FarSide) -> AbstractAsyncContextManager[Connector]:
        """The door at work."""
        raise NotImplementedError

    async def test_what_the_customer_writes_is_answered_there(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        async with self.open(office, far_side):
            far_side.customer_writes("查电费", message_id=1)
            await until(lambda: list(far_side.customer_got()) == ["第1句：查电费"])

    async def test_what_is_brought_five_times_is_answered_once(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.customer_writes("查电费", message_id=1, times=5)
            far_side.customer_writes("谢谢", message_id=2)
            await until(lambda: len(far_side.customer_got()) == 2)
            said = await office.said(far_side.customer, door.name)

        assert list(far_side.customer_got()) == ["第1句：查电费", "第2句：谢谢"]
        assert [text for who, text in said if who == "customer"] == ["查电费", "谢谢"]

    async def test_a_long_text_arrives_whole_and_in_order(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        text = "".join(f"第{number}条规定如下。" for number in range(900))
        async with self.open(office, far_side) as door:
            far_side.customer_writes("查电费", message_id=1)
            await until(lambda: len(far_side.customer_got()) == 1)
            lines = await office.transcript(door.name, far_side.customer)
            await office.hub.notify(lines[0].conversation_id, key="long", text=text)
            await until(lambda: len("".join(far_side.customer_got()[1:])) == len(text))

        got = far_side.customer_got()[1:]
        assert "".join(got) == text
        assert all(piece.endswith("。") and len(piece) <= door.abilities.longest for piece in got)

    async def test_what_can_be_chosen_can_be_read_or_pressed(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.customer_writes("查电费", message_id=1)
            await until(lambda: len(far_side.customer_got()) == 1)
            lines = await office.transcript(door.name, far_side.customer)
            buttons = [{"title": "满意", "payload": "/x"}, {"title": "不满意", "payload": "/y"}]
            await office.hub.notify(
                lines[0].conversation_id, key="ask", text="怎么样？", buttons=buttons
            )
            await until(lambda: len(far_side.customer_got()) == 2)

        got = far_side.customer_got()[1]
        assert got.startswith("怎么样？")
        assert ("2. 不满意" in got) is not door.abilities.has_buttons

    async def test_a_far_side_that_is_away_gets_the_line_later_and_once(
        self, office: PostOffice, far_side: FarSide, clock: Clock
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.will_be_away()
            far_side.customer_writes("查电费", message_id=1)
            await office.until_put_off(far_side.customer, door.name)
            assert list(far_side.customer_got()) == []
            clock.move(timedelta(seconds=61))
            await until(lambda: list(far_side.customer_got()) == ["第1句：查电费"])

    async def test_how_long_a_far_side_wants_to_be_left_alone_is_told(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.will_be_away(seconds=9)
            with pytest.raises(FarSideAway) as failed:
                await door.send(far_side.customer, Part(key="k", text="您好"))

        assert failed.value.retry_after == timedelta(seconds=9)

    async def test_a_customer_who_is_gone_is_told_apart_from_a_refused_line(
        self, office: PostOffice, far_side: FarSide
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.will_say_gone()
            with pytest.raises(CustomerGone):
                await door.send(far_side.customer, Part(key="k", text="您好"))
            far_side.will_refuse()
            with pytest.raises(LineRefused):
                await door.send(far_side.customer, Part(key="k", text="您好"))

    async def test_lines_of_before_go_out_after_a_restart(
        self, office: PostOffice, far_side: FarSide, database: Database, clock: Clock
    ) -> None:
        async with self.open(office, far_side) as door:
            far_side.customer_writes("查电费", message_id=1)
            await until(lambda: len(far_side.customer_got()) == 1)
            lines = await office.transcript(door.name, far_side.customer)
        await office.hub.notify(lines[0].conversation_id, key="news", text="已恢复供电")
        again = PostOffice(database, clock, office.power, office.folder)

        async with self.open(again, far_side):
            await until(lambda: len(far_side.customer_got()) == 2)

        assert list(far_side.customer_got()) == ["第1句：查电费", "已恢复供电"]
