"""The bot's pipeline against others on the held-out sentences; `python -m benchmarks.pipelines`.

Each is trained on training_data/ and asked tests/bot/heldout/, which another author wrote. DIET
takes some minutes. Questions, foreign matters and fallbacks all go to the search and count as one.
"""

import argparse
import copy
import json
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from desk.bot_process import bot_environment
from desk.paths import BOT_PYTHON
from desk.settings import ROOT, Settings

HELDOUT = ROOT / "tests" / "bot" / "heldout"
TO_THE_SEARCH = frozenset({"consult", "off_topic", "nlu_fallback"})
ENCODER = "bot.components.sentence_featurizer.SentenceFeaturizer"
DIET = {"name": "DIETClassifier", "epochs": 100, "entity_recognition": False}


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """Ours, ours without the encoder, and DIET with and without it."""
    ours = YAML(typ="safe").load(ROOT / "config.yml")["pipeline"]
    without = [part for part in ours if part["name"] != ENCODER]

    def with_diet(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        swapped = copy.deepcopy(parts)
        place = [part["name"] for part in parts].index("LogisticRegressionClassifier")
        swapped[place] = DIET
        return swapped

    return {
        "ours": ours,
        "logistic regression, no encoder": without,
        "DIET and encoder": with_diet(ours),
        "DIET, no encoder": with_diet(without),
    }


def held_out() -> list[tuple[str, str]]:
    """Sentences and their intents."""
    items = YAML(typ="safe").load(HELDOUT / "nlu.yml")["nlu"]
    return [
        (line.strip().removeprefix("- "), item["intent"])
        for item in items
        for line in item["examples"].splitlines()
        if line.strip()
    ]


def measure(pipeline: list[dict[str, Any]], folder: Path) -> dict[str, float]:
    """Train one pipeline in `folder`; shares of right intents and seconds of training."""
    environment = {**bot_environment(Settings()), "PYTHONPATH": str(ROOT)}
    config = folder / "config.yml"
    YAML().dump({"recipe": "default.v1", "language": "zh", "pipeline": pipeline}, config)
    command = [str(BOT_PYTHON), "-m", "rasa", "train", "nlu", "--config", str(config)]
    command += ["--nlu", "training_data/nlu", "--out", str(folder), "--fixed-model-name", "probe"]
    begun = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    seconds = time.monotonic() - begun
    asked = held_out()
    parsed = subprocess.run(
        [str(BOT_PYTHON), "tests/bot/parse_lines.py", str(folder / "nlu-probe.tar.gz")],
        cwd=ROOT,
        env=environment,
        input="\n".join(text for text, _ in asked),
        capture_output=True,
        text=True,
        check=True,
    )
    read = [json.loads(line) for line in parsed.stdout.splitlines() if line.startswith("{")]
    pairs = [(each, intent) for each, (_, intent) in zip(read, asked, strict=True)]
    first = sum(each["first"] == intent for each, intent in pairs)
    routed = sum(
        each["intent"] == intent or (each["intent"] in TO_THE_SEARCH and intent in TO_THE_SEARCH)
        for each, intent in pairs
    )
    return {
        "first_intent": round(first / len(pairs), 3),
        "routed_right": round(routed / len(pairs), 3),
        "train_s": round(seconds, 1),
    }


def main() -> None:
    """Print one line for each pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", help="measure the pipelines whose name holds this")
    only = parser.parse_args().only or ""
    for name, pipeline in pipelines().items():
        if only in name:
            with tempfile.TemporaryDirectory() as scratch:
                figures = measure(pipeline, Path(scratch))
            print(json.dumps({"pipeline": name, **figures}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
