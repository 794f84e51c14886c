"""What was said and how well, joined: the numbers of a centre, its cases, and practice."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

import connectors.cases_api
import connectors.numbers_api
from connectors.api import Centres
from connectors.sign_in import StaffService
from conversations.drafts import Drafts
from conversations.numbering import Numbers
from conversations.practising import Practising
from desk.database import Database
from knowledge.importing.masking import Masker
from knowledge.service import Knowledge
from tickets.informants import Seal
from tickets.place_labels import PlaceLabeller


class Reviewing:
    """The parts behind the console's pages of numbers and of practice."""

    def __init__(
        self,
        *,
        database: Database,
        knowledge: Knowledge,
        drafts: Drafts,
        seal: Seal,
        masker: Masker,
        clock: Callable[[], datetime],
        labeller: PlaceLabeller | None = None,
    ) -> None:
        self.numbers = Numbers(
            seal=seal, masker=masker, read=database.read, clock=clock, labeller=labeller
        )
        self.practising = Practising(
            knowledge=knowledge,
            drafts=drafts,
            seal=seal,
            mask=self.numbers.masked,
            write=database.write,
            read=database.read,
            clock=clock,
        )

    def routers(self, staff: StaffService, centres: Centres) -> list[APIRouter]:
        """The calls of the pages."""
        return [
            connectors.numbers_api.make_router(staff=staff, numbers=self.numbers, centres=centres),
            connectors.cases_api.make_router(
                staff=staff, practising=self.practising, centres=centres
            ),
            connectors.cases_api.make_practice_router(
                staff=staff, practising=self.practising, centres=centres
            ),
        ]
