"""The bot's archives that this installation trained, which of them serves, and which did before.

A model archive is code: none is loaded that is not on this list with its hash. The list lies beside
the archives in `trained.json`; whatever is not on it is trained anew.
"""

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock

from conversations.utterance import LessonError

LIST, LOCK = "trained.json", "trained.lock"
# what served before is kept so far back
REMEMBERED = 20


class NotTrainedHere(LessonError):
    """The archive is not on the list, is gone, or is not what was trained."""


class NothingBefore(LessonError):
    """No other archive has served before this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One that was trained here: `inputs` is the hash of all it was trained from."""

    name: str
    sha256: str
    # as the bot tells it
    model: str
    inputs: str
    trained_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """An archive that serves since `at`.

    `inputs` are those that were there when somebody chose it: while they are, a start serves it and
    trains nothing.
    """

    archive: str
    inputs: str
    at: str
    by: str
    reason: str = ""


class Archives:
    """The list of one models folder; every change is one whole file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def list_archives(self) -> list[Archive]:
        """All that were trained here, oldest first, whether or not the file is still there."""
        return [Archive(**each) for each in self._read()["archives"].values()]

    def find(self, name: str) -> Archive | None:
        """An archive of the list, if it is there and is what was trained."""
        try:
            self.path_of(name)
        except NotTrainedHere:
            return None
        return Archive(**self._read()["archives"][name])

    def path_of(self, name: str) -> Path:
        """The file of an archive of the list; raises `NotTrainedHere`."""
        kept = self._read()["archives"].get(name)
        if kept is None:
            raise NotTrainedHere(f"{name} was not trained here")
        path = self._folder / name
        if not path.is_file() or _sha256(path) != kept["sha256"]:
            raise NotTrainedHere(f"{name} is gone, or is not what was trained: train again")
        return path

    def record(self, name: str, *, inputs: str, at: datetime) -> Archive:
        """Put an archive that was trained just now on the list."""
        path = self._folder / name
        archive = Archive(
            name=name,
            sha256=_sha256(path),
            model=_model_of(path),
            inputs=inputs,
            trained_at=at.isoformat(),
        )
        with self._changing() as kept:
            kept["archives"][name] = asdict(archive)
        return archive

    def serving(self) -> Serving | None:
        """What was chosen to serve."""
        last = self._read()["served"][-1:]
        return Serving(**last[0]) if last else None

    def list_served(self) -> list[Serving]:
        """What served, the newest first."""
        return [Serving(**each) for each in reversed(self._read()["served"])]

    def before(self) -> Archive:
        """What served before and can serve again; raises `NothingBefore`."""
        now = self.serving()
        for each in self.list_served():
            found = self.find(each.archive) if now and each.archive != now.archive else None
            if found is not None:
                return found
        raise NothingBefore("no other bot has served here before")

    def choose(self, serving: Serving) -> None:
        """This archive serves from now on; raises `NotTrainedHere`."""
        self.path_of(serving.archive)
        with self._changing() as kept:
            kept["served"] = [*kept["served"], asdict(serving)][-REMEMBERED:]

    def take_back(self) -> None:
        """The last choice came to nothing."""
        with self._changing() as kept:
            kept["served"] = kept["served"][:-1]

    def hold(self, *, was: str, inputs: str) -> None:
        """The desk itself changed the inputs: what serves goes on serving until somebody swaps."""
        with self._changing() as kept:
            if kept["served"] and kept["served"][-1]["inputs"] == was:
                now = replace(Serving(**kept["served"][-1]), inputs=inputs)
                kept["served"][-1] = asdict(now)

    def _read(self) -> dict[str, Any]:
        try:
            kept: dict[str, Any] = json.loads((self._folder / LIST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {"archives": {}, "served": []}
        except ValueError as error:
            raise NotTrainedHere(f"{self._folder / LIST} cannot be read: delete it") from error
        return kept

    @contextmanager
    def _changing(self) -> Iterator[dict[str, Any]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with FileLock(self._folder / LOCK):
            kept = self._read()
            yield kept
            beside = self._folder / f".{LIST}.new"
            beside.write_text(json.dumps(kept, ensure_ascii=False, indent=1), encoding="utf-8")
            os.replace(beside, self._folder / LIST)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _model_of(path: Path) -> str:
    """The number by which the bot tells what it serves."""
    try:
        with tarfile.open(path) as archive:
            member = archive.extractfile("metadata.json")
            assert member is not None
            return str(json.load(member)["model_id"])
    except (OSError, tarfile.TarError, KeyError, ValueError, AssertionError) as error:
        raise NotTrainedHere(f"{path} is no archive of a bot: {error}") from error
