"""Every call and page of the desk, and the parts that answer it."""

from fastapi import APIRouter, FastAPI

import actions.server
import connectors.agent_desk
import connectors.api
import connectors.attachments_api
import connectors.audit_api
import connectors.desk_api
import connectors.desk_view
import connectors.etiquette_api
import connectors.events_api
import connectors.forms_api
import connectors.gaps_api
import connectors.informants_api
import connectors.outstanding_api
import connectors.owed_api
import connectors.page_files
import connectors.photos_api
import connectors.sign_in
import connectors.staff_api
import connectors.suggestions_api
import connectors.talk_alarms_api
import connectors.thumbs_api
import connectors.trainer_console
import connectors.web_chat
from connectors.contacts import LastContacts
from connectors.sight import Sight
from connectors.talks import Talks
from connectors.ticket_door import TicketDoor
from conversations.message import MAX_TEXT
from desk.errors import ACTORS
from desk.intents import INTENTS
from desk.parts import Desk
from tickets.open_nearby import OpenNearby
from tickets.together import Matters

API = "/api/v1"


def add_routes(app: FastAPI, desk: Desk) -> None:
    """Put all of the desk's calls and pages on the application."""
    settings, profiles = desk.settings, desk.profiles
    app.include_router(connectors.page_files.make_router())
    app.include_router(connectors.web_chat.make_router())
    app.include_router(connectors.agent_desk.make_router(settings.frame_ancestors))
    app.include_router(connectors.trainer_console.make_page_router())
    app.include_router(connectors.sign_in.make_router(desk.staff), prefix=API)
    centres = connectors.api.Centres(profiles, default=settings.profile)
    door, sight = TicketDoor(desk.staff, desk.tickets), Sight(desk.informants.seal)
    talks = Talks(transcript=desk.transcript, handovers=desk.handovers, informants=desk.informants)
    for router in (
        connectors.api.make_router(
            hub=desk.hub, transcript=desk.transcript, centres=centres, max_text=MAX_TEXT
        ),
        connectors.staff_api.make_router(
            staff=desk.staff,
            talks=talks,
            knowledge=desk.knowledge,
            centres=centres,
        ),
        connectors.desk_api.make_router(
            connectors.desk_view.Desktop(
                staff=desk.staff,
                hub=desk.hub,
                chats=desk.chats,
                handovers=desk.handovers,
                duty=desk.duty,
                read_details=desk.answering.read,
                files=desk.sent_files,
                tickets=desk.tickets,
                nearby=OpenNearby(desk.database.read),
                events=desk.events,
                talks=talks,
                profiles=profiles,
                centres=centres,
                terms=desk.terms,
                clock=desk.clock,
                sight=sight,
                contacts=LastContacts(
                    tickets=desk.tickets, handovers=desk.handovers, past_talks=desk.past_talks
                ),
                past_talks=desk.past_talks,
                actors=ACTORS,
            )
        ),
        connectors.talk_alarms_api.make_router(
            staff=desk.staff,
            alarms=desk.talk_alarms,
            terms=desk.handovers.terms,
            profiles=profiles,
        ),
        connectors.etiquette_api.make_router(
            staff=desk.staff, drafts=desk.drafts, centres=centres, talks=talks
        ),
        *_ticket_doors(desk, centres, sight),
        connectors.suggestions_api.make_router(
            staff=desk.staff,
            suggesting=desk.suggesting,
            centres=centres,
            talks=talks,
        ),
        connectors.events_api.make_router(
            staff=desk.staff, events=desk.events, centres=centres, sight=sight
        ),
        connectors.attachments_api.make_router(door=door, attachments=desk.attachments),
        connectors.photos_api.make_router(
            transcript=desk.transcript, files=desk.sent_files, staff=desk.staff, talks=talks
        ),
        connectors.informants_api.make_router(door=door, informants=desk.informants),
        connectors.audit_api.make_router(desk.staff),
        connectors.forms_api.make_router(
            staff=desk.staff, door=door, forms=desk.forms, centres=centres, sight=sight
        ),
        connectors.thumbs_api.make_router(transcript=desk.transcript, thumbs=desk.thumbs),
        connectors.gaps_api.make_router(
            staff=desk.staff, gaps=desk.gaps, centres=centres, intents=INTENTS
        ),
        connectors.trainer_console.make_router(
            staff=desk.staff, profiles=profiles, centres=centres
        ),
        *desk.training.routers(desk.staff, centres),
        *desk.reviewing.routers(desk.staff, centres),
        desk.school.router(desk.staff, centres),
    ):
        app.include_router(router, prefix=API)
    executor = actions.server.make_executor(
        knowledge=desk.knowledge,
        tickets=desk.tickets,
        handovers=desk.handovers,
        duty=desk.duty,
        events=desk.events,
        follow_up=desk.follow_up,
        files=desk.sent_files,
        profiles=profiles,
        default_profile=settings.profile,
        clock=desk.clock,
    )
    app.include_router(actions.server.make_router(executor, token=settings.action_token))
    desk.doors.add_to(app, api=API)


def _ticket_doors(desk: Desk, centres: connectors.api.Centres, sight: Sight) -> list[APIRouter]:
    write, terms = desk.database.write, desk.terms
    return [
        # before the calls with a ticket's number in their path
        connectors.outstanding_api.make_router(
            staff=desk.staff,
            tickets=desk.tickets,
            owing=desk.owing,
            noting=desk.noting,
            profiles=desk.profiles,
            clock=desk.clock,
            sight=sight,
        ),
        connectors.owed_api.make_router(
            staff=desk.staff,
            owing=desk.owing,
            centres=centres,
            clock=desk.clock,
            sight=sight,
        ),
        connectors.staff_api.make_ticket_router(
            staff=desk.staff,
            tickets=desk.tickets,
            owing=desk.owing,
            centres=centres,
            terms=terms,
            clock=desk.clock,
            sight=sight,
        ),
        connectors.owed_api.make_verbs_router(
            staff=desk.staff,
            tickets=desk.tickets,
            matters=Matters(write=write, clock=desk.clock, terms=terms),
            follow_up=desk.follow_up,
            sight=sight,
        ),
    ]
