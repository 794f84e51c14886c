"""Training the bot with Rasa in its own Python, and examining what came of it."""

import json
import signal
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from conversations.archives import Archive, Archives, Serving
from conversations.bot_exam import HeldOut, NotTrained, Trained, compare
from conversations.reading import plain
from desk.bot_process import bot_environment
from desk.clock import now
from desk.digest import digest_of
from desk.paths import BOT_PYTHON, HELD_OUT, Paths
from desk.settings import ROOT, Settings
from desk.supervisor import die_with_parent
from knowledge.encoder import CARD_FILE
from tickets.profile import load_profile

Say = Callable[[str], None]

# what a run tells it has done, in order
STEPS = ("trained", "examined_before", "examined")
# of what Rasa said last, for people who look for the reason
LAST_WORDS = 300


def inputs_of(settings: Settings) -> str:
    """One hash of all the bot is trained from."""
    taught = settings.training_data
    inputs = [ROOT / "config.yml", ROOT / "bot", taught, settings.encoder_dir / CARD_FILE]
    return digest_of(inputs)


def archives_of(settings: Settings) -> Archives:
    """The archives of this installation."""
    return Archives(Paths.of(settings).models)


def in_service(settings: Settings) -> Path | None:
    """The archive that serves, while what it was trained from is the same."""
    archives = archives_of(settings)
    serving = archives.serving()
    if serving is None or serving.inputs != inputs_of(settings):
        return None
    chosen = archives.find(serving.archive)
    return archives.path_of(chosen.name) if chosen is not None else None


def ensure_trained(settings: Settings, *, say: Say) -> Path:
    """The archive to serve: the one in service while its inputs are the same, else a new one."""
    chosen = in_service(settings)
    if chosen is not None:
        return chosen
    archives, inputs = archives_of(settings), inputs_of(settings)
    trained = train(settings, say=say)
    archives.choose(
        Serving(archive=trained.name, inputs=inputs, at=now().isoformat(), by="make run")
    )
    return archives.path_of(trained.name)


class Training:
    """Processes of a training, so that whoever cancels it can end them."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, command: Sequence[str], *, settings: Settings, **more: Any) -> int:
        """Run a command of the bot's Python to its end; returns its exit code."""
        with subprocess.Popen(
            command,
            cwd=ROOT,
            env={**bot_environment(settings), "PYTHONPATH": str(ROOT)},
            preexec_fn=die_with_parent,
            **more,
        ) as self._process:
            return self._process.wait()

    def stop(self) -> None:
        """End whatever runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGKILL)


def train(settings: Settings, *, say: Say, training: Training | None = None) -> Archive:
    """Train from what is there now, unless that was done before; raises `NotTrained`."""
    archives, inputs = archives_of(settings), inputs_of(settings)
    name = f"bot-{inputs[:16]}.tar.gz"
    known = archives.find(name)
    if known is not None:
        return known
    if not BOT_PYTHON.exists():
        raise NotTrained("there is no .venv-bot: run `make setup`", ".venv-bot")
    say("training the bot")
    models, log = Paths.of(settings).models, Paths.of(settings).logs / "training.log"
    models.mkdir(parents=True, exist_ok=True)
    log.parent.mkdir(parents=True, exist_ok=True)
    fresh = f"training-{inputs[:16]}"
    command = [str(BOT_PYTHON), "-m", "rasa", "train", "--config", "config.yml"]
    command += ["--domain", "bot/domain", "--data", str(settings.training_data)]
    command += ["--out", str(models), "--fixed-model-name", fresh]
    with log.open("wb") as output:
        code = (training or Training()).run(
            command, settings=settings, stdout=output, stderr=output
        )
    if code:
        words = log.read_text(encoding="utf-8", errors="replace")[-LAST_WORDS:].strip()
        raise NotTrained(
            f"the bot could not be trained; the reason is at the end of {log}",
            words.splitlines()[-1] if words else f"exit {code}",
        )
    (models / f"{fresh}.tar.gz").replace(models / name)
    return archives.record(name, inputs=inputs, at=now())


def held_out_lines(settings: Settings) -> list[HeldOut]:
    """The lines the bot is examined with, as the desk sends them to the bot."""
    profile = load_profile(settings.profiles_dir / settings.profile)
    return [
        HeldOut(text=plain(line.strip().removeprefix("- "), profile), intent=item["intent"])
        for item in YAML(typ="safe").load(HELD_OUT)["nlu"]
        for line in item["examples"].splitlines()
        if line.strip()
    ]


def read_first(
    settings: Settings, archive: Path, lines: Sequence[str], training: Training
) -> list[str]:
    """The intent a trained bot finds likeliest in every line; raises `NotTrained`."""
    with tempfile.TemporaryDirectory() as scratch:
        asked, told = Path(scratch) / "asked.txt", Path(scratch) / "told.jsonl"
        asked.write_text("\n".join(lines), encoding="utf-8")
        with asked.open("rb") as said, told.open("wb") as output:
            command = [str(BOT_PYTHON), "bot/parse_lines.py", str(archive)]
            code = training.run(
                command, settings=settings, stdin=said, stdout=output, stderr=subprocess.DEVNULL
            )
        read = told.read_text(encoding="utf-8")
    found = [json.loads(line)["first"] for line in read.splitlines() if line.startswith("{")]
    if code or len(found) != len(lines):
        raise NotTrained(f"{archive.name} could not be examined (exit {code})", f"exit {code}")
    return found


def train_and_examine(
    settings: Settings, *, on_step: Callable[[str], None], training: Training, say: Say
) -> Trained:
    """Train what is taught now, and compare it with the bot in service on the held-out lines."""
    archives = archives_of(settings)
    asked = held_out_lines(settings)
    texts = [each.text for each in asked]
    serving = archives.serving()
    new = train(settings, say=say, training=training)
    on_step("trained")
    old = archives.find(serving.archive) if serving else None
    before = old or new
    was = read_first(settings, archives.path_of(before.name), texts, training)
    on_step("examined_before")
    same = before.name == new.name
    reads = was if same else read_first(settings, archives.path_of(new.name), texts, training)
    on_step("examined")
    return compare(
        asked,
        before=(before.name, was),
        after=(new.name, reads),
        sha256=new.sha256,
        examples=count_examples(settings),
    )


def count_examples(settings: Settings) -> int:
    """How many lines the bot is taught."""
    return sum(
        bool(line.strip())
        for file in sorted((settings.training_data / "nlu").glob("*.yml"))
        for item in YAML(typ="safe").load(file)["nlu"]
        for line in item.get("examples", "").splitlines()
    )
