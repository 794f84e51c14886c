"""The bot's pipeline against others on held-out sentences; `python -m benchmarks.pipelines`.

Each is trained on training_data/ and asked tests/bot/heldout/nlu.yml, which other authors wrote
and nothing was chosen by; `--tuning` asks their other half, by which ours was chosen. Every
pipeline gets the lines as the desk sends them. DIET takes a quarter of an hour or more.
"""

import argparse
import copy
import json
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sklearn.metrics import f1_score

from conversations.reading import plain
from desk.bot_process import bot_environment
from desk.paths import BOT_PYTHON
from desk.settings import ROOT, Settings
from tickets.profile import load_profile

HELDOUT = ROOT / "tests" / "bot" / "heldout"
CLASSIFIER = "bot.components.intent_classifier.TfidfIntentClassifier"
FEATURIZER = "bot.components.sentence_featurizer.SentenceFeaturizer"
COUNTS = [
    {"name": "CountVectorsFeaturizer"},
    {
        "name": "CountVectorsFeaturizer",
        "analyzer": "char_wb",
        "min_ngram": 1,
        "max_ngram": 4,
    },
]
DIET = {"name": "DIETClassifier", "epochs": 100, "entity_recognition": False}
LOGISTIC = {"name": "LogisticRegressionClassifier", "max_iter": 1000, "class_weight": "balanced"}


def pipelines() -> dict[str, list[dict[str, Any]]]:
    """Ours, the parts of it, and Rasa's default (with the tokenizer that Chinese needs)."""
    ours = YAML(typ="safe").load(ROOT / "config.yml")["pipeline"]
    words, encoder = {"name": "JiebaTokenizer"}, {"name": FEATURIZER}
    fallback = copy.deepcopy(ours[-1])
    return {
        "ours": ours,
        "Rasa's logistic regression, counts and encoder": [
            words, *COUNTS, encoder, LOGISTIC, fallback,
        ],
        "Rasa's default: counts and DIET": [
            words,
            {"name": "RegexFeaturizer", "use_word_boundaries": False},
            {"name": "LexicalSyntacticFeaturizer"},
            *COUNTS,
            DIET,
            fallback,
        ],
        "counts, encoder and DIET": [words, *COUNTS, encoder, DIET, fallback],
    }  # fmt: skip


def held_out(file: Path) -> list[tuple[str, str]]:
    """Sentences, as the desk sends them to the bot, and their intents."""
    profile = load_profile(ROOT / "profiles" / Settings().profile)
    return [
        (plain(line.strip().removeprefix("- "), profile), item["intent"])
        for item in YAML(typ="safe").load(file)["nlu"]
        for line in item["examples"].splitlines()
        if line.strip()
    ]


def read_lines(archive: Path, texts: Sequence[str]) -> list[dict[str, Any]]:
    """What a trained model reads in every text."""
    parsed = subprocess.run(
        [str(BOT_PYTHON), "bot/parse_lines.py", str(archive)],
        cwd=ROOT,
        env={**bot_environment(Settings()), "PYTHONPATH": str(ROOT)},
        input="\n".join(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in parsed.stdout.splitlines() if line.startswith("{")]


def measure(
    pipeline: list[dict[str, Any]], folder: Path, asked: Sequence[tuple[str, str]]
) -> dict[str, float]:
    """Train one pipeline in `folder`; accuracy, macro-F1, share routed right, seconds."""
    environment = {**bot_environment(Settings()), "PYTHONPATH": str(ROOT)}
    config = folder / "config.yml"
    YAML().dump({"recipe": "default.v1", "language": "zh", "pipeline": pipeline}, config)
    command = [str(BOT_PYTHON), "-m", "rasa", "train", "nlu", "--config", str(config)]
    command += ["--nlu", "training_data/nlu", "--out", str(folder), "--fixed-model-name", "probe"]
    begun = time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    seconds = time.monotonic() - begun
    read = read_lines(folder / "nlu-probe.tar.gz", [text for text, _ in asked])
    wanted = [intent for _, intent in asked]
    first = [each["first"] for each in read]
    right = sum(a == b for a, b in zip(first, wanted, strict=True))
    # a question and a line nobody is sure of both go to the search
    routed = sum(
        each["intent"] == intent or {each["intent"], intent} <= {"consult", "nlu_fallback"}
        for each, intent in zip(read, wanted, strict=True)
    )
    return {
        "sentences": len(asked),
        "accuracy": round(right / len(asked), 3),
        "macro_f1": round(float(f1_score(wanted, first, average="macro")), 3),
        "routed_right": round(routed / len(asked), 3),
        "train_s": round(seconds, 1),
    }


def main() -> None:
    """Print one line for each pipeline."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="the pipelines whose name holds this")
    parser.add_argument("--tuning", action="store_true", help="the half ours was chosen by")
    given = parser.parse_args()
    asked = held_out(HELDOUT / ("tuning.yml" if given.tuning else "nlu.yml"))
    for name, pipeline in pipelines().items():
        if given.only in name:
            with tempfile.TemporaryDirectory() as scratch:
                figures = measure(pipeline, Path(scratch), asked)
            print(json.dumps({"pipeline": name, **figures}, ensure_ascii=False), flush=True)


if __name__ == "__main__":
    main()
