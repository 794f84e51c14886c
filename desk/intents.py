"""The bot's intents, as trainers call them."""

from pathlib import Path

from ruamel.yaml import YAML


def _read(name: str) -> dict[str, str]:
    return dict(YAML(typ="safe").load(Path(__file__).with_name(name).read_text(encoding="utf-8")))


# what the bot can be taught from a gap
INTENTS = _read("intents.yml")
# what a line may be
INTENTS_OF_LINES = INTENTS | _read("intents_of_lines.yml")
