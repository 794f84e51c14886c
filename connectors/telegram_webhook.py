"""The address at which Telegram brings updates; without the secret nothing comes in."""

import hmac
import json
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse

from connectors.telegram import TelegramDoor

PATH = "/telegram/webhook"
# far above the largest update: they carry no files
LARGEST_UPDATE = 1024 * 1024


def make_router(door: TelegramDoor) -> APIRouter:
    """One address; who brings the wrong secret is told nothing."""
    router = APIRouter(include_in_schema=False)

    @router.post(PATH)
    async def take(
        request: Request,
        x_telegram_bot_api_secret_token: Annotated[str, Header()] = "",
    ) -> Response:
        given = x_telegram_bot_api_secret_token.encode()
        if not hmac.compare_digest(given, door.secret.encode()):
            return JSONResponse({"detail": "forbidden"}, 403)
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_UPDATE:
                return JSONResponse({"detail": "too large"}, 413)
        try:
            update = json.loads(body)
        except ValueError:
            return JSONResponse({"detail": "not JSON"}, 400)
        # an error in here leaves as 500, and Telegram brings the update again
        await door.take(update)
        return JSONResponse({})

    return router
