"""The encoders of this installation: which are adopted, which one is in use, and changing that.

One folder each under `encoders/`. The setting ENCODER names the one to begin with; `use` writes a
choice beside them that holds for as long as the setting stays what it was.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.encoder import CARD_FILE, EncoderError, EncoderMissing, OnnxEncoder, fingerprint_of

CHOICE_FILE = "in-use.json"
SCRATCH, LOCK_FILE = ".adopting-", ".adopting.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopted:
    """An encoder that lies here, as its card tells; `base` is what it was tuned from."""

    name: str
    folder: Path
    fingerprint: str
    licence: str
    base: str = ""
    figures: Mapping[str, Any] = field(default_factory=dict)


def list_adopted(encoders: Path) -> list[Adopted]:
    """Every encoder that can be used here, by name; a damaged folder is left out."""
    cards = sorted(encoders.glob(f"*/{CARD_FILE}"))
    found = [_find_adopted(card.parent) for card in cards if not card.parent.name.startswith(".")]
    return [adopted for adopted in found if adopted is not None]


def name_in_use(encoders: Path, setting: str) -> str:
    """The encoder to use under this setting: the one chosen, else the one the setting names."""
    try:
        choice = json.loads((encoders / CHOICE_FILE).read_text(encoding="utf-8"))
        chosen = str(choice["name"]) if choice["setting"] == setting else setting
    except (OSError, ValueError, KeyError, TypeError):
        return setting
    # a choice whose folder went away must not stop the desk
    return chosen if any(each.name == chosen for each in list_adopted(encoders)) else setting


def use(encoders: Path, name: str, *, setting: str) -> Adopted:
    """From the next start on use this one, until the setting changes; raises `EncoderMissing`."""
    known = {adopted.name: adopted for adopted in list_adopted(encoders)}
    if name not in known:
        raise EncoderMissing(
            f"there is no encoder {name!r} here: {', '.join(known) or 'none yet, run `make setup`'}"
        )
    text = json.dumps({"setting": setting, "name": name}, ensure_ascii=False)
    half_written = encoders / f".{CHOICE_FILE}.{os.getpid()}"
    try:
        half_written.write_text(text + "\n", encoding="utf-8")
        half_written.replace(encoders / CHOICE_FILE)
    except OSError as error:
        raise EncoderError(f"cannot write in {encoders}: {error.strerror}") from error
    return known[name]


def find_encoder(encoders: Path, fingerprint: str) -> OnnxEncoder | None:
    """The encoder with this fingerprint, opened: what a publication was made with."""
    for adopted in list_adopted(encoders):
        if adopted.fingerprint == fingerprint:
            return OnnxEncoder(adopted.folder)
    return None


@contextmanager
def scratch(encoders: Path) -> Iterator[Path]:
    """A folder beside the encoders to make one in, gone afterwards; one at a time.

    Raises `EncoderError` when the folder cannot be written to, or somebody else adopts or tunes.
    """
    try:
        encoders.mkdir(parents=True, exist_ok=True)
        lock = (encoders / LOCK_FILE).open("w")
    except OSError as error:
        raise EncoderError(f"cannot write in {encoders}: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise EncoderError(
                f"somebody else adopts or tunes in {encoders}: wait for it, or stop it"
            ) from error
        for left in encoders.glob(f"{SCRATCH}*"):
            # whoever left it was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=encoders, prefix=SCRATCH) as work:
            yield Path(work)


def put_in_place(ready: Path, target: Path) -> Path:
    """Move a finished folder to where it is looked for; what was there goes with the scratch."""
    for file in ready.rglob("*"):
        if file.is_file():
            with file.open("rb") as written:
                # a name must never be on the disk before what it names
                os.fsync(written.fileno())
    if target.exists():
        target.rename(ready.parent / "before")
    return ready.rename(target)


def _find_adopted(folder: Path) -> Adopted | None:
    try:
        card = json.loads((folder / CARD_FILE).read_text(encoding="utf-8"))
        return Adopted(
            name=folder.name,
            folder=folder,
            fingerprint=fingerprint_of(card),
            licence=card["licence"],
            base=card.get("base", ""),
            figures=card.get("figures", {}),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
