"""The texts of entries at a terminal: read one, compare versions, write, look what is beside it."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.markup import escape
from rich.table import Table

from connectors.entries_api import EntryDesk, check_draft
from connectors.entry_data import (
    EntryForm,
    difference_data,
    entry_data,
    history_data,
    lacks_data,
    row_data,
)
from desk.cli.common import JsonOption, ProfileOption, out, print_json, say
from desk.cli.entries import ByOption, EntryArgument, SeenOption, WhyOption
from desk.cli.one_desk import with_entries
from knowledge.changes import Difference, differences
from knowledge.editing import author_of
from knowledge.entry import Entry, EntryNotFound
from knowledge.store import KnowledgeStore

# what is written as `question=…`, once for each
QUESTION = "question"
FIELDS = [name for name in EntryForm.model_fields if name != "questions"]

SetOption = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="FIELD=VALUE",
        help=f"{', '.join(FIELDS)}; {QUESTION}=… adds one, questions= takes all of them out",
    ),
]


def show(entry: EntryArgument, profile: ProfileOption = "", as_json: JsonOption = False) -> None:
    """Show all of an entry: its text, how it fares, what was done to it and what changed."""

    async def work(pages: EntryDesk, name: str) -> dict[str, Any]:
        versions, history = await _life(pages, name, entry)
        latest = versions[-1]
        known, zone = await pages.known(name), pages.zone(name)
        live = next((each for each in versions if each.version == known.live.get(entry)), None)
        return {
            **row_data(latest, known, now=pages.clock()),
            **entry_data(latest, zone),
            "author": author_of(latest, history),
            "lacks": lacks_data(latest),
            "against_live": difference_data(differences(live, latest)) if live else [],
            "history": history_data(history, versions, zone),
        }

    told = with_entries(profile, work)
    if as_json:
        print_json(told)
        return
    for field, value in told.items():
        if field == "questions":
            say("questions:")
            for question in value:
                say(f"  {question}")
        elif field not in ("history", "against_live") and value not in (None, "", []):
            say(f"{field}: {value}")
    table = Table("at", "version", "move", "by", "reason", "changed")
    for line in told["history"]:
        by = line["reviewer"] or line["author"]
        changed = ", ".join(each["field"] for each in line["differences"])
        table.add_row(
            *(line["at"][:16], str(line["version"]), str(line["move"])),
            *(escape(by), escape(line["reason"]), changed),
        )
    out.print(table)


def diff(
    entry: EntryArgument,
    before: Annotated[int, typer.Option("--from", help="a version; 0: what is live")] = 0,
    after: Annotated[int, typer.Option("--to", help="a version; 0: the latest")] = 0,
    profile: ProfileOption = "",
    as_json: JsonOption = False,
) -> None:
    """Show in which fields two versions of an entry differ."""

    async def work(pages: EntryDesk, name: str) -> tuple[Difference, ...]:
        versions, _ = await _life(pages, name, entry)
        live = (await pages.known(name)).live.get(entry)
        if not before and live is None:
            raise EntryNotFound(f"{entry} is not live: name a version with --from")
        known = {each.version: each for each in versions}
        wanted = before or live, after or versions[-1].version
        missing = [version for version in wanted if version not in known]
        if missing:
            raise EntryNotFound(f"{entry} has no version {missing[0]}: there are {sorted(known)}")
        return differences(*(known[version] for version in wanted if version is not None))

    found = with_entries(profile, work)
    if as_json:
        print_json(difference_data(found))
        return
    for each in found:
        say(f"{each.field}:")
        for sign, text in (("-", each.before), ("+", each.after)):
            for line in text.splitlines():
                say(f"  {sign} {line}")
    if not found:
        say("they say the same")


def create(by: ByOption, wanted: SetOption, profile: ProfileOption = "") -> None:
    """Write a new entry, as a draft."""

    async def work(pages: EntryDesk, name: str) -> Entry:
        draft = _written(pages, name, wanted, {})
        return await pages.editor.create(name, draft, author=by, now=pages.clock())

    made = with_entries(profile, work)
    say(f"{made.entry_id} version 1 is a draft: seatmate knowledge entries submit")


def edit(
    entry: EntryArgument,
    version: SeenOption,
    by: ByOption,
    reason: WhyOption,
    wanted: SetOption,
    profile: ProfileOption = "",
) -> None:
    """Write a new draft of an entry; what is not set stays as it was in the version you read."""

    async def work(pages: EntryDesk, name: str) -> Entry:
        versions, _ = await _life(pages, name, entry)
        seen = versions[-1]
        known = entry_data(seen, pages.zone(name))
        draft = _written(pages, name, wanted, known, entry_id=entry, version=version)
        return await pages.editor.edit(name, draft, author=by, reason=reason, now=pages.clock())

    made = with_entries(profile, work)
    say(f"{made.entry_id} version {made.version} is a draft: seatmate knowledge entries submit")


def check(
    wanted: SetOption,
    entry: Annotated[str, typer.Option(help="the entry it is a new text of, if there is one")] = "",
    profile: ProfileOption = "",
) -> None:
    """Show as JSON what already answers a text, what contradicts it, and what it lacks."""

    async def work(pages: EntryDesk, name: str) -> dict[str, Any]:
        known: dict[str, Any] = {}
        if entry:
            versions, _ = await _life(pages, name, entry)
            known = entry_data(versions[-1], pages.zone(name))
        draft = _written(pages, name, wanted, known, entry_id=entry)
        return await check_draft(pages, name, draft)

    print_json(with_entries(profile, work, compares=True))


async def _life(pages: EntryDesk, profile: str, entry_id: str) -> tuple[list[Entry], list[Any]]:
    async with pages.read() as connection:
        store = KnowledgeStore(connection)
        versions = list(await store.list_versions(profile, entry_id))
        history = list(await store.list_history(profile, entry_id))
    if not versions:
        raise EntryNotFound(f"there is no entry {entry_id} in {profile}")
    return versions, history


def _written(
    pages: EntryDesk,
    profile: str,
    wanted: Sequence[str],
    known: dict[str, Any],
    *,
    entry_id: str = "",
    version: int = 1,
) -> Entry:
    """The text as the API would take it, with what is set in the place of what is known."""
    fields = {name: known[name] for name in EntryForm.model_fields if name in known}
    fields["questions"] = list(fields.get("questions", []))
    for each in wanted:
        name, _, value = each.partition("=")
        if name == QUESTION:
            fields["questions"].append(value)
        elif name == "questions" and not value:
            fields["questions"] = []
        elif name in FIELDS and "=" in each:
            # nothing is what a field has that nobody filled in; a title is always written
            fields[name] = (
                value if value or name == "title" else EntryForm.model_fields[name].default
            )
        else:
            raise ValueError(f"{each}: write FIELD=VALUE; fields are {', '.join(FIELDS)}")
    try:
        form = EntryForm.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{first['loc'][0]}: {first['msg']}") from error
    return form.entry(entry_id, version, zone=pages.zone(profile), now=pages.clock())
