"""What was said and how well, joined: the numbers of a centre, its cases, and practice."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter

import connectors.cases_api
import connectors.numbers_api
from connectors.api import Centres
from connectors.sign_in import StaffService
from conversations.drafts import Drafts
from conversations.masking import Mask
from conversations.numbering import Numbers
from conversations.practising import Practising
from desk.database import Database
from knowledge.service import Knowledge
from tickets.informants import Seal


class Reviewing:
    """The parts behind the console's pages of numbers and of practice."""

    def __init__(
        self,
        *,
        database: Database,
        knowledge: Knowledge,
        drafts: Drafts,
        seal: Seal,
        mask: Mask,
        clock: Callable[[], datetime],
    ) -> None:
        self.numbers = Numbers(seal=seal, mask=mask, read=database.read, clock=clock)
        self.practising = Practising(
            knowledge=knowledge,
            drafts=drafts,
            seal=seal,
            mask=mask,
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
