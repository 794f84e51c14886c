"""Publications and examinations as trainers see them."""

from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from connectors.entry_data import difference_data
from knowledge.changes import Changes
from knowledge.entry import Entry
from knowledge.exam import Outcome, Turned, asked_both_times, figures_of, turned
from knowledge.gate import Ruling
from knowledge.run import Run
from knowledge.store import History, Publication

_RULING = TypeAdapter(Ruling)


def publication_data(publication: Publication, listed: History) -> dict[str, Any]:
    """A publication with the gate's figures; without the single outcomes."""
    return {
        "no": publication.no,
        "published_at": publication.published_at.isoformat(),
        "author": publication.author,
        "encoder": publication.encoder,
        "entries": listed.entries.get(publication.no, 0),
        "is_live": publication.no == listed.live,
        "went_live": [
            {"at": each.at.isoformat(), "author": each.author, "reason": each.reason}
            for each in listed.changes
            if each.publication_no == publication.no
        ],
        **ruling_data(publication.ruling),
        "baselines": publication.figures,
    }


def ruling_data(ruling: Ruling) -> dict[str, Any]:
    """What the gate saw and decided, without the single outcomes."""
    told: dict[str, Any] = _RULING.dump_python(ruling, mode="json", exclude={"outcomes"})
    return told


def run_data(run: Run, *, now: datetime) -> dict[str, Any]:
    """How far a run has come; `seconds` since it began, or until it ended."""
    end = run.finished_at or now
    return {
        "no": run.no,
        "kind": run.kind,
        "profile": run.profile,
        "state": run.state,
        "step": run.step,
        "author": run.author,
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "seconds": round((end - run.started_at).total_seconds(), 1),
        "why": run.why,
        "told": run.told,
        "publication_no": run.publication_no,
    }


def examined_data(run: Run, ruling: Ruling, live: Publication | None) -> dict[str, Any]:
    """What an examination found, against the live publication: figures, and who changed sides."""
    assert run.examined is not None
    before = live.ruling if live else Ruling()
    found = turned(ruling.outcomes, before.outcomes)
    both = asked_both_times(ruling.outcomes, before.outcomes)
    return {
        "ruling": ruling_data(ruling),
        "baselines": run.examined.figures,
        "entries": len(run.examined.content),
        "questions": len(ruling.outcomes),
        "against": live.no if live else None,
        "is_overtaken": (live.no if live else None) != run.examined.live_no,
        # over the questions asked both times: the test set may have changed since
        "compared": {
            "questions": len(both),
            "now": figures_of([now for _, now in both]) if both else {},
            "live": figures_of([then for then, _ in both]) if both else {},
        },
        "turned": [turned_data(each) for each in found],
    }


def turned_data(each: Turned) -> dict[str, Any]:
    """A test question that changed sides."""
    return {
        "question": each.now.question,
        "relevant": list(each.now.relevant),
        "is_worse": each.is_worse,
        "before": _outcome_data(each.before),
        "now": _outcome_data(each.now),
    }


def changes_data(changes: Changes) -> dict[str, Any]:
    """What is different between the live content and what would be published now."""
    return {
        "added": [_entry_line(entry) for entry in changes.added],
        "changed": [
            {**_entry_line(each.after), "differences": difference_data(each.differences)}
            for each in changes.changed
        ],
        "removed": [_entry_line(entry) for entry in changes.removed],
    }


def _outcome_data(outcome: Outcome) -> dict[str, Any]:
    return {
        "heard": outcome.heard,
        "place": outcome.place,
        "first": outcome.first,
        "probability": round(outcome.probability, 4),
    }


def _entry_line(entry: Entry) -> dict[str, Any]:
    return {"entry_id": entry.entry_id, "title": entry.title, "version": entry.version}
