"""`seatmate knowledge care`: entries that say the same, contradict each other, or are due."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from conversations.thumb_store import ThumbStore
from desk.cli.common import (
    ProfileOption,
    err,
    load_settings,
    out,
    ready_database,
    run_async,
    say,
)
from desk.clock import now
from desk.settings import Settings
from knowledge.care import (
    HIT_PERIOD,
    Due,
    badly_rated,
    ending_soon,
    never_said,
    often_said,
    past_review,
)
from knowledge.conflicts import (
    SAME_QUESTION,
    Alike,
    Contradiction,
    find_alike,
    find_contradictions,
    find_duplicates,
    questions_of,
)
from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.hit_store import HitStore
from knowledge.pick_store import PickStore
from knowledge.store import KnowledgeStore
from tickets.profile import load_profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What wants to be looked at in one profile."""

    duplicates: list[Alike]
    contradictions: list[Contradiction]
    past_review: list[Due]
    ending_soon: list[tuple[Entry, datetime]]
    never_said: list[Entry]
    often_said: list[tuple[Entry, int]]
    # with how often agents or customers called it wrong or no help
    badly_rated: list[tuple[Entry, int]]

    @property
    def is_empty(self) -> bool:
        """Whether nothing wants to be looked at; what is often said is well."""
        wanting = (self.duplicates, self.contradictions, self.past_review, self.ending_soon)
        return not any((*wanting, self.never_said, self.badly_rated))


def care(
    profile: ProfileOption = "",
    least: Annotated[
        float, typer.Option(min=0.5, max=1.0, help="how alike two questions must be")
    ] = SAME_QUESTION,
    as_json: Annotated[bool, typer.Option("--json", help="one JSON object")] = False,
) -> None:
    """List entries that say the same, contradict each other, are due, badly rated or never said."""
    settings = load_settings()
    chosen = profile or settings.profile

    async def work() -> None:
        with err.status("comparing every question with every other"):
            findings = await _look(settings, chosen, least)
        if as_json:
            print(json.dumps(_as_json(findings), ensure_ascii=False))
        else:
            _show(findings)

    run_async(work())


async def _look(settings: Settings, profile: str, least: float) -> Findings:
    moment = now()
    zone = ZoneInfo(load_profile(settings.profiles_dir / profile).timezone)
    async with ready_database(settings) as database, database.read() as connection:
        latest = await KnowledgeStore(connection).list_latest(profile)
        since = moment - HIT_PERIOD
        counts = await HitStore(connection).list_since(profile, since.date())
        wrong = await ThumbStore(connection).count_against(profile, since=since)
        wrong.update(await PickStore(connection).count_wrong(profile, since=since))
    entries = [entry for entry in latest if entry.state is not EntryState.WITHDRAWN]
    if not entries:
        raise KnowledgeError(f"{profile} has no entries: seatmate knowledge import")
    asked = questions_of(entries)
    vectors = OnnxEncoder(settings.encoder_dir).encode_texts([text for _, text in asked])
    alike = find_alike(entries, asked, vectors, least=least)
    contradictions = find_contradictions(alike)
    opposed = [each.alike for each in contradictions]
    hits = {entry_id: hit.answered + hit.offered for entry_id, hit in counts.items()}
    return Findings(
        duplicates=[pair for pair in find_duplicates(alike) if pair not in opposed],
        contradictions=contradictions,
        past_review=past_review(entries, today=moment.astimezone(zone).date()),
        ending_soon=ending_soon(entries, now=moment),
        # before anything was counted, nothing is known of what is never said
        never_said=never_said(entries, hits, now=moment) if hits else [],
        often_said=often_said(entries, hits, now=moment),
        badly_rated=badly_rated(entries, hits, wrong),
    )


def _show(findings: Findings) -> None:
    _show_pairs(
        "contradictions: the same question, another figure or the opposite answer",
        [(each.alike, " ≠ ".join(each.said)) for each in findings.contradictions],
    )
    _show_pairs(
        "near-duplicates: one entry could do",
        [(each, f"{each.similarity:.3f}") for each in findings.duplicates],
    )
    for due in findings.past_review:
        say(f"to be reviewed since {due.on}: {due.entry.entry_id}  {due.entry.title}")
    for entry, end in findings.ending_soon:
        say(f"ends {end.astimezone():%Y-%m-%d %H:%M}: {entry.entry_id}  {entry.title}")
    for entry, count in findings.badly_rated:
        say(f"called wrong or no help {count} times in {HIT_PERIOD.days} days: {entry.entry_id}")
    for entry, count in findings.often_said:
        say(f"said or offered {count} times in {HIT_PERIOD.days} days: {entry.entry_id}")
    if findings.never_said:
        ids = ", ".join(entry.entry_id for entry in findings.never_said)
        say(f"never said or offered in {HIT_PERIOD.days} days: {ids}")
    if findings.is_empty:
        say("nothing wants to be looked at")


def _show_pairs(title: str, pairs: list[tuple[Alike, str]]) -> None:
    if not pairs:
        return
    table = Table(title=f"{len(pairs)} {title}", show_lines=True)
    for name in ("one", "other", "why"):
        # both texts whole: they are there to be compared
        table.add_column(name, overflow="fold")
    for alike, why in pairs:
        texts = [
            f"[bold]{escape(entry.entry_id)}[/]\n{escape(question)}\n{escape(entry.answer)}"
            for entry, question in zip((alike.first, alike.second), alike.questions, strict=True)
        ]
        table.add_row(*texts, escape(why))
    out.print(table)


def _as_json(findings: Findings) -> dict[str, Any]:
    return {
        "contradictions": [
            {**_pair(each.alike), "said": each.said} for each in findings.contradictions
        ],
        "duplicates": [_pair(each) for each in findings.duplicates],
        "past_review": [
            {"entry_id": due.entry.entry_id, "review_by": due.on.isoformat()}
            for due in findings.past_review
        ],
        "ending_soon": [
            {"entry_id": entry.entry_id, "valid_until": end.isoformat()}
            for entry, end in findings.ending_soon
        ],
        "never_said": [entry.entry_id for entry in findings.never_said],
        "often_said": [
            {"entry_id": entry.entry_id, "count": count} for entry, count in findings.often_said
        ],
        "badly_rated": [
            {"entry_id": entry.entry_id, "count": count} for entry, count in findings.badly_rated
        ],
    }


def _pair(alike: Alike) -> dict[str, Any]:
    return {
        "entry_ids": [alike.first.entry_id, alike.second.entry_id],
        "questions": alike.questions,
        "answers": [alike.first.answer, alike.second.answer],
        "similarity": round(alike.similarity, 4),
    }
