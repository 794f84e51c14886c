"""What the bot can be taught from a gap: its intents, as trainers call them."""

from pathlib import Path

from ruamel.yaml import YAML

INTENTS: dict[str, str] = dict(
    YAML(typ="safe").load(Path(__file__).with_name("intents.yml").read_text(encoding="utf-8"))
)
