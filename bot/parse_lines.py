"""Runs in .venv-bot: the trained model's reading of every line on stdin, as JSON lines."""

import asyncio
import json
import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

from rasa.core.agent import Agent  # noqa: E402


async def main(archive: str) -> None:
    """Read every line with the bot of an archive."""
    agent = Agent.load(archive)
    for line in sys.stdin.read().splitlines():
        parsed = await agent.parse_message(line)
        ranking = [each for each in parsed["intent_ranking"] if each["name"] != "nlu_fallback"]
        result = {
            "text": line,
            "intent": parsed["intent"]["name"],
            "first": ranking[0]["name"],
            "confidence": ranking[0]["confidence"],
        }
        sys.stdout.write(f"{json.dumps(result, ensure_ascii=False)}\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
