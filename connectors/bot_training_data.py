"""Misread lines, lessons, trainings and bots in service, as trainers see them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from connectors.publication_data import run_data
from conversations.archives import Archives, NothingBefore, Serving
from conversations.bot_exam import Trained
from conversations.lesson_files import Plan
from conversations.lessons import Lesson
from conversations.utterance import Utterance
from knowledge.run import Run


def utterance_data(each: Utterance) -> dict[str, Any]:
    """A misread line: what the bot took it for, why that is doubtful, what was decided."""
    return {
        "utterance_id": each.utterance_id,
        "text": each.text,
        "read": {
            "intent": each.read.intent,
            "first": each.read.first,
            "confidence": round(each.read.confidence, 3),
        },
        "doubt": each.doubt,
        "at": each.at.isoformat(),
        "count": each.count,
        "verdict": each.verdict,
        "intent": each.intent,
        "decided_by": each.decided_by,
        "decided_at": each.decided_at.isoformat() if each.decided_at else None,
    }


def plan_data(plan: Plan) -> dict[str, Any]:
    """What is, or would be, added to the training data, and what is not and why."""
    return {
        "examples": plan.examples,
        "added": [{**lesson_data(each.lesson), "example": each.text} for each in plan.added],
        "left_out": [{**lesson_data(lesson), "why": why} for lesson, why in plan.doubtful],
    }


def lesson_data(lesson: Lesson) -> dict[str, Any]:
    """A lesson with who accepted it."""
    return {
        "intent": lesson.intent,
        "text": lesson.text,
        "by": lesson.by,
        "at": lesson.at.isoformat(),
        "origin": lesson.origin,
    }


def training_data(run: Run, *, now: datetime) -> dict[str, Any]:
    """How far a training has come, and what came of it."""
    told = run_data(run, now=now)
    if run.outcome is None:
        return told
    trained = Trained.from_json(run.outcome)
    return told | {"trained": trained_data(trained)}


def trained_data(trained: Trained) -> dict[str, Any]:
    """The figures side by side, and the lines that are read differently."""
    return {
        **trained.to_json(),
        "is_worse": trained.is_worse,
        "turned": [
            {
                "text": each.text,
                "wanted": each.wanted,
                "before": each.before,
                "after": each.after,
                "is_worse": each.is_worse,
                "is_better": each.is_better,
            }
            for each in trained.turned
        ],
    }


def served_data(archives: Archives) -> dict[str, Any]:
    """Which bot serves, which would after going back, and which did before."""
    served = archives.list_served()
    try:
        before: str | None = archives.before().name
    except NothingBefore:
        before = None
    return {
        "serving": _serving(served[:1])[0] if served else None,
        "before": before,
        "history": _serving(served),
    }


def _serving(those: Iterable[Serving]) -> list[dict[str, Any]]:
    return [
        {"archive": each.archive, "at": each.at, "by": each.by, "reason": each.reason}
        for each in those
    ]
