"""What a turn costs late in a conversation; `python -m benchmarks.long_talk`.

Rasa sends the whole conversation to every action and its policies walk through all of it, so on
stock Rasa a turn grows dearer. Ours begins a new session now and then (bot/components/
kept_trackers.py). Both are asked the same lines, in turn; the figure is the ratio late : early.
"""

import asyncio
import json
import statistics
import time

import httpx
import uvicorn

from benchmarks.chat_turn import Ours, Stock, idle_actions, our_desk, stock_rasa, wait_for
from desk.bot_training import ensure_trained
from desk.settings import Settings

# a question, a form with a question in its middle, and out again: again and again
LINES = [
    "停电多久会来电",
    "我家停电了，要报修",
    "幸福路12号3栋2单元501",
    "电费怎么交",
    "就我一家",
    "昨晚八点停的",
    "算了，不报了",
    "谢谢",
]
TALKS = 3
TURNS = 208
EARLY, LATE = slice(0, 8), slice(TURNS - 8, TURNS)


async def talk(peer: Ours | Stock) -> list[float]:
    """Milliseconds of every turn of one conversation."""
    conversation = await peer.open_talk()
    spent = []
    for turn in range(TURNS):
        begun = time.perf_counter()
        await peer.ask(conversation, LINES[turn % len(LINES)])
        spent.append((time.perf_counter() - begun) * 1000)
    return spent


def compare(talks: list[list[float]]) -> dict[str, float]:
    """Mean turn of the first and of the last eight turns, the middle talk's of each."""
    early = statistics.median(statistics.mean(spent[EARLY]) for spent in talks)
    late = statistics.median(statistics.mean(spent[LATE]) for spent in talks)
    return {"early_ms": early, "late_ms": late, "ratio": late / early}


async def main() -> None:
    """Start both, warm both up, print one line each."""
    settings = Settings()
    archive = ensure_trained(settings, say=print)
    port, bot_port, stock_port, actions = 18000, 15005, 15006, 15055
    server = uvicorn.Server(
        uvicorn.Config(idle_actions(), port=actions, log_level="error", access_log=False)
    )
    serving = asyncio.create_task(server.serve())
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        with (
            our_desk(settings, port, bot_port),
            stock_rasa(settings, archive, stock_port, actions),
        ):
            await wait_for(f"http://127.0.0.1:{port}/readyz", http)
            await wait_for(f"http://127.0.0.1:{stock_port}/", http)
            ours = Ours(http, f"http://127.0.0.1:{port}/api/v1")
            stock = Stock(http, f"http://127.0.0.1:{stock_port}")
            for name, peer in (("ours", ours), ("stock Rasa, idle actions", stock)):
                await talk(peer)
                figures = compare([await talk(peer) for _ in range(TALKS)])
                rounded = {key: round(value, 2) for key, value in figures.items()}
                turns = f"1-8 : {TURNS - 7}-{TURNS}"
                print(json.dumps({"who": name, "turns": turns, **rounded}))
    server.should_exit = True
    await serving


if __name__ == "__main__":
    asyncio.run(main())
