"""Work that runs beside the desk: begun by somebody, done by a process of its own. Pure.

Errors
    KnowledgeError
    ├── RunNotFound   there is no run of this number
    ├── RunBusy       another examination is going on
    ├── BotRunBusy    the bot is being trained
    └── RunNotReady   the run has nothing that could be published, or is over
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from knowledge.entry import KnowledgeError
from knowledge.examined import Examined

# its process writes every second once it has begun, which took half a minute on a machine that was
# six times too busy; a killed one is seen by the desk at once, so this is for a desk that died too
SILENT = timedelta(minutes=2)


class RunNotFound(KnowledgeError):
    """There is no run of this number."""


class RunBusy(KnowledgeError):
    """Another examination is going on: whose, and of which centre."""

    def __init__(self, text: str, *, author: str = "", profile: str = "") -> None:
        super().__init__(text)
        self.told = {"author": author, "profile": profile}


class BotRunBusy(RunBusy):
    """The bot is being trained: by whom."""


class RunNotReady(KnowledgeError):
    """The run has nothing that could be published, or is over."""


class RunKind(StrEnum):
    """What a run does; the bot is of no centre."""

    PUBLICATION = "publication"
    BOT = "bot"


class RunState(StrEnum):
    """Where a run stands. `REPLACED`: a later one was examined since.

    A bot that was trained is `EXAMINED`, and `PUBLISHED` once it serves.
    """

    RUNNING = "running"
    EXAMINED = "examined"
    PUBLISHED = "published"
    REPLACED = "replaced"
    FAILED = "failed"
    CANCELLED = "cancelled"
    BROKEN_OFF = "broken_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One piece of work; `step` is the last that was done, `why` what it failed of.

    `told` says the same to trainers, in their words. `examined` is what came of a publication's,
    `outcome` what came of another kind.
    """

    no: int
    profile: str
    state: RunState
    step: str
    author: str
    started_at: datetime
    seen_at: datetime
    finished_at: datetime | None = None
    why: str = ""
    told: str = ""
    examined: Examined | None = None
    publication_no: int | None = None
    kind: RunKind = RunKind.PUBLICATION
    outcome: Mapping[str, Any] | None = None

    def at(self, now: datetime) -> "Run":
        """As it stands at this moment: one whose process has fallen silent is broken off."""
        if self.state is RunState.RUNNING and self.seen_at + SILENT < now:
            return replace(self, state=RunState.BROKEN_OFF, finished_at=self.seen_at)
        return self

    def ready(self) -> Examined:
        """What may be published; raises `RunNotReady`."""
        if self.state is not RunState.EXAMINED or self.examined is None:
            raise RunNotReady(f"run {self.no} is {self.state}: there is nothing to publish")
        return self.examined
