"""The calls of the trainers' console on real parts, and colleagues who make them."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from fastapi import FastAPI

import connectors.api
import connectors.sign_in
from connectors.publications_api import Starter
from connectors.sign_in import StaffService
from conversations.people import Role
from desk import errors
from desk.database import Database
from desk.routes import API
from desk.settings import Settings
from desk.training import Training
from knowledge.encoder import Encoder
from knowledge.indexes.cache import IndexCache
from knowledge.service import Knowledge
from tickets.profile import Profile


@dataclass
class Trainer:
    """Somebody of the staff with the console open."""

    http: httpx.AsyncClient
    name: str
    token: str

    async def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.request(method, f"/knowledge/{path}", headers=headers, **more)

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        found: dict[str, Any] = (await self.call("GET", path, params=query)).json()
        return found

    async def post(self, path: str, **body: Any) -> httpx.Response:
        return await self.call("POST", path, json=body)

    async def put(self, path: str, **body: Any) -> httpx.Response:
        return await self.call("PUT", path, json=body)


class Console:
    """The desk, as far as trainers know it."""

    def __init__(
        self,
        *,
        settings: Settings,
        database: Database,
        profile: Profile,
        encoder: Encoder | None,
        clock: Callable[[], datetime],
        starter: Starter | None = None,
    ) -> None:
        write, read = database.write, database.read
        self.knowledge = Knowledge(
            read=read,
            indexes=IndexCache(settings.data_dir / "indexes"),
            encoder=encoder,
            clock=clock,
        )
        self.training = Training(
            settings=settings,
            database=database,
            knowledge=self.knowledge,
            encoder=encoder,
            clock=clock,
        )
        if starter is not None:
            self.training.starter = starter
        self._staff = StaffService(write=write, read=read, clock=clock)
        centres = connectors.api.Centres({settings.profile: profile}, default=settings.profile)
        self.app = FastAPI()
        errors.install(self.app)
        for router in self.training.routers(self._staff, centres):
            self.app.include_router(router, prefix=API)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=f"http://desk{API}")

    async def hire(self, name: str, role: Role = Role.TRAINER) -> Trainer:
        await self._staff.add(name, role, "电表-三零五")
        return Trainer(self.http, name, await self._staff.make_token(name))

    def pid_of_run(self) -> int:
        """The process that examines: the newest child of this one, for one may be ending."""
        listed = subprocess.run(
            ["pgrep", "-n", "-P", str(os.getpid()), "-f", "knowledge examine"],
            capture_output=True,
            text=True,
            check=True,
        )
        return int(listed.stdout)

    async def close(self) -> None:
        await self.http.aclose()
        self.training.close()
        self.knowledge.close()
