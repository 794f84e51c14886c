"""Taking another installation's entries in as they are: for a centre that has none of its own."""

from collections.abc import Sequence
from datetime import datetime

from knowledge.entry import Entry, HistoryLine, KnowledgeError, Move
from knowledge.entry_store import EntryStore
from knowledge.review import refuse_nameless


async def take_in(
    store: EntryStore, profile: str, entries: Sequence[Entry], *, author: str, at: datetime
) -> None:
    """Write every version with its number and state.

    Raises `KnowledgeError` when the centre has entries: between two texts of one version nobody
    could choose.
    """
    refuse_nameless(author)
    if await store.list_latest(profile):
        raise KnowledgeError(
            f"{profile} has entries already: only an empty centre takes an export in as it is; "
            "import it as drafts instead"
        )
    await store.add_versions(profile, entries, at=at)
    await store.record_all(profile, [_line(entry, author, at) for entry in entries])


def _line(entry: Entry, author: str, at: datetime) -> HistoryLine:
    return HistoryLine(
        entry_id=entry.entry_id,
        version=entry.version,
        move=Move.IMPORT,
        state=entry.state,
        author=author.strip(),
        reviewer="",
        reason="",
        at=at,
    )
