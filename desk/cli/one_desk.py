"""The parts of a desk, for the time of one command."""

from collections.abc import Awaitable, Callable
from contextlib import closing
from typing import TypeVar

from connectors.api import Centres
from connectors.entries_api import EntryDesk
from connectors.sign_in import StaffService
from desk.cli.common import ensure_database, load_settings, ready_database, run_async
from desk.clock import now
from desk.nets import find_encoder
from desk.parts import Desk
from knowledge.catalogue import Catalogue
from knowledge.editing import Editor
from knowledge.indexes.cache import IndexCache
from knowledge.neighbours import Neighbours
from tickets.profile import load_profile

Result = TypeVar("Result")


def with_desk(
    profile: str, work: Callable[[Desk, str], Awaitable[Result]], *, searches: bool = True
) -> Result:
    """Do `work` with a whole desk and the centre that is meant; it takes seconds to build.

    What is live is loaded only for work that searches. An expected error, a centre that is not
    there among them, ends the command in one sentence.
    """
    settings = load_settings()

    async def whole() -> Result:
        await ensure_database(settings)
        desk = Desk(settings)
        try:
            chosen = profile or settings.profile
            if chosen not in desk.profiles:
                known = ", ".join(desk.profiles)
                raise ValueError(f"there is no profile {chosen!r}; there are: {known}")
            if searches:
                await desk.knowledge.refresh()
            return await work(desk, chosen)
        finally:
            await desk.close()

    result: Result = run_async(whole())
    return result


def with_entries(
    profile: str, work: Callable[[EntryDesk, str], Awaitable[Result]], *, compares: bool = False
) -> Result:
    """Do `work` with what the page of entries has; the encoder only for work that compares."""
    settings = load_settings()

    async def whole() -> Result:
        chosen = profile or settings.profile
        centre = load_profile(settings.profiles_dir / chosen)
        encoder = find_encoder(settings) if compares else None
        async with ready_database(settings) as database:
            neighbours = Neighbours(encoder, IndexCache(settings.data_dir / "indexes"))
            pages = EntryDesk(
                staff=StaffService(write=database.write, read=database.read, clock=now),
                centres=Centres({chosen: centre}, default=chosen),
                editor=Editor(write=database.write, read=database.read),
                catalogue=Catalogue(database.read),
                neighbours=neighbours,
                read=database.read,
                clock=now,
            )
            with closing(neighbours):
                return await work(pages, chosen)

    result: Result = run_async(whole())
    return result
