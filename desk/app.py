"""The application: the parts of a desk, its timed work and its routes, served together."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

import actions.server
from connectors.body_limit import BodyLimit
from connectors.headers import SafeHeaders
from desk import errors, jobs
from desk.clock import now
from desk.parts import Desk
from desk.routes import add_routes
from desk.settings import Settings


def make_app(settings: Settings, *, clock: Callable[[], datetime] = now) -> FastAPI:
    """The ASGI application of the desk."""
    desk = Desk(settings, clock=clock)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        await desk.knowledge.refresh()
        tasks = [
            asyncio.create_task(jobs.keep_knowledge_fresh(desk.knowledge)),
            asyncio.create_task(jobs.write_hits(desk.knowledge.hits, desk.database.write)),
            asyncio.create_task(jobs.resume_when_ready(desk.hub, desk.bot)),
            asyncio.create_task(jobs.watch_limits(desk.timed_work)),
            asyncio.create_task(jobs.look_after_waiting(desk.queueing)),
            asyncio.create_task(jobs.tell_of_events(desk.event_news)),
            asyncio.create_task(jobs.remind_of_events(desk.event_duties)),
            asyncio.create_task(jobs.ask_back(desk.asking_back)),
            asyncio.create_task(desk.live.carry()),
            asyncio.create_task(jobs.collect_gaps(desk.collecting)),
            asyncio.create_task(jobs.listen_to_the_bot(desk.listening)),
            asyncio.create_task(jobs.keep_bot_fresh(desk.school.swapping)),
            *map(asyncio.create_task, desk.doors.work()),
        ]
        yield
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await desk.close()

    app = FastAPI(
        title="Seatmate",
        lifespan=lifespan,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, but={actions.server.PATH: actions.server.LARGEST_CALL})
    # the last is the outermost: refusals have the headers too
    app.add_middleware(SafeHeaders)
    errors.install(app)
    add_routes(app, desk)
    _add_health(app, desk)
    return app


def _add_health(app: FastAPI, desk: Desk) -> None:
    @app.get("/healthz", include_in_schema=False)
    async def healthz() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz", include_in_schema=False)
    async def readyz() -> Response:
        parts = {
            "bot": await desk.bot.is_ready(),
            "encoder": desk.knowledge.has_encoder,
            "knowledge": desk.settings.profile in desk.knowledge.live_numbers(),
        }
        ready = all(parts.values())
        # a door whose far side is away is told, and keeps nobody else's customers out
        told = {"ready": ready, "parts": parts, "doors": desk.doors.states()}
        return JSONResponse(told, 200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
