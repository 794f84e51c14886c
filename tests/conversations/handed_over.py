"""A bot that hands over, and a customer who asks for a person."""

from conversations.bot_client import Turn
from conversations.handover import HAND_OVER
from conversations.message import Reply
from tests.conversations.scripted import Centre, Customer, EchoBot


class HandingBot(EchoBot):
    """Hands over whoever says 转人工, as the real one does."""

    async def answer(self, turn: Turn) -> list[Reply]:
        if "转人工" in turn.text:
            return [Reply(text="转人工", card={"type": HAND_OVER})]
        return await super().answer(turn)


async def asks(centre: Centre, first: str = "幸福里6栋停电了，电话13800138000") -> Customer:
    """Somebody who tells their matter and asks for a person."""
    customer = await centre.opens()
    await customer.says(first)
    await customer.says("转人工")
    return customer
