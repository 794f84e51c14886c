"""What was said and how well, joined: the numbers of a centre."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

import connectors.numbers_api
from connectors.api import Centres
from connectors.sign_in import StaffService
from conversations.numbering import Numbers
from desk.database import Database
from knowledge.importing.masking import Masker
from tickets.informants import Seal
from tickets.place_labels import PlaceLabeller


class Reviewing:
    """The parts behind the console's page of numbers."""

    def __init__(
        self,
        *,
        database: Database,
        seal: Seal,
        masker: Masker,
        clock: Callable[[], datetime],
        labeller: PlaceLabeller | None = None,
    ) -> None:
        self.numbers = Numbers(
            seal=seal, masker=masker, read=database.read, clock=clock, labeller=labeller
        )

    def routers(self, staff: StaffService, centres: Centres) -> list[APIRouter]:
        """The calls of the page."""
        return [
            connectors.numbers_api.make_router(staff=staff, numbers=self.numbers, centres=centres)
        ]
