"""A small centre on disk: profile, corpus and questions as trainers' files, and its settings."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from desk.settings import ROOT, Settings
from knowledge.entry import Entry
from tests.knowledge.small_corpus import SMALL_CORPUS, labelled_questions


def make_small_centre(folder: Path) -> Settings:
    """Write the files of profile `small`; the encoder is the one `make setup` adopted."""
    home = folder / "profiles" / "small"
    (home / "corpus").mkdir(parents=True)
    (home / "questions").mkdir()
    common = ("common.yml", "dangers.yml", "hand_over.yml", "phrasing.yml", "etiquette.yml")
    for name in (*common, "informants.yml"):
        (home.parent / name).write_bytes((ROOT / "profiles" / name).read_bytes())
    power = (ROOT / "profiles" / "power" / "profile.yml").read_text(encoding="utf-8")
    # one test question bounds nothing: the small centre has no floors
    (home / "profile.yml").write_text(power.partition("\nfloors:")[0] + "\n", encoding="utf-8")
    entries = [_entry(entry) for entry in SMALL_CORPUS]
    _dump({"topic": "停电与缴费", "entries": entries}, home / "corpus" / "all.yml")
    asked = [
        {"ask": question.text, "entries": sorted(question.relevant)}
        for question in labelled_questions()
    ]
    _dump({"questions": asked}, home / "questions" / "calibration.yml")
    tests = [{"ask": "抢修师傅多长时间能赶到", "entries": ["outage-arrival"]}]
    _dump({"questions": tests}, home / "questions" / "test.yml")
    data = folder / "var"
    data.mkdir()
    (data / "encoders").symlink_to(Settings().encoder_dir.parent)
    return settings_of(folder)


def settings_of(folder: Path) -> Settings:
    """The settings of a small centre that lies there."""
    return Settings(
        _env_file=None, data_dir=folder / "var", profile="small", profiles_dir=folder / "profiles"
    )


def _entry(entry: Entry) -> dict[str, Any]:
    written = {
        "id": entry.entry_id,
        "kind": str(entry.kind),
        "title": entry.title,
        "questions": list(entry.questions),
        "answer": entry.answer,
        "source": entry.source,
        "grade": entry.grade,
        "version": entry.version,
        "valid_from": entry.valid_from.date(),
    }
    return {**written, "phase": entry.phase} if entry.phase else written


def _dump(content: dict[str, Any], path: Path) -> None:
    yaml = YAML()
    yaml.allow_unicode = True
    yaml.dump(content, path)
