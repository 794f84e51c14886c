"""A door for any other system: signed messages come in, and signed lines go out.

Both ways the body is JSON and carries `X-Seatmate-Time` (seconds since 1970) and
`X-Seatmate-Signature`, which is `sha256=` and the HMAC-SHA256 of `time.body` in hexadecimal.
"""

import hashlib
import hmac
import json
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from conversations.door import (
    Abilities,
    CustomerGone,
    FarSideAway,
    Heard,
    Kind,
    Letter,
    LineRefused,
    Part,
)
from conversations.inbox import Inbox

CHANNEL = "webhook"
LONGEST_TEXT = 4000
LARGEST_BODY = 256 * 1024
# an old message may have been recorded by somebody on the way
OLDEST = timedelta(minutes=5)
ANSWER_S = 20.0
_CLAIMED = "X-Seatmate-Time", "X-Seatmate-Signature"


class MessageForm(BaseModel):
    """What the other system sends of one customer: `id` is its own, and used once."""

    model_config = ConfigDict(extra="forbid")

    id: str = Field(min_length=1, max_length=80)
    customer: str = Field(min_length=1, max_length=100)
    text: str = Field("", max_length=20_000)
    # the id of an earlier message whose text this one replaces
    corrects: str = Field("", max_length=80)
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    phone: str = Field("", max_length=30)
    name: str = Field("", max_length=80)


def signature(secret: str, time: str, body: bytes) -> str:
    """What proves that a body was sent by who knows the secret, and when."""
    signed = hmac.new(secret.encode(), time.encode() + b"." + body, hashlib.sha256)
    return f"sha256={signed.hexdigest()}"


class SignedWebhook:
    """One other system, at `url`; both sides know `secret`."""

    name = CHANNEL
    abilities = Abilities(longest=LONGEST_TEXT)

    def __init__(
        self,
        *,
        url: str,
        secret: str,
        inbox: Inbox,
        clock: Callable[[], datetime],
        commands: Collection[str] = (),
    ) -> None:
        self._url, self._secret, self._inbox, self._clock = url, secret, inbox, clock
        self._commands = commands
        self._http = httpx.AsyncClient(timeout=ANSWER_S, trust_env=False)

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    def is_signed(self, time: str, signed: str, body: bytes) -> bool:
        """Whether the body comes from the other system, and just now."""
        if not (time.isascii() and time.isdigit() and len(time) <= 12):
            return False
        age = abs(self._clock().timestamp() - int(time))
        expected = signature(self._secret, time, body)
        is_its = hmac.compare_digest(signed.encode(), expected.encode())
        return is_its and age <= OLDEST.total_seconds()

    async def take(self, form: MessageForm) -> bool:
        """Keep a message; False when it was kept before."""
        now = self._clock()
        letter = Letter(
            channel=CHANNEL,
            # the ids of two customers may be alike
            key=hashlib.sha256(f"{form.customer}\n{form.id}".encode()).hexdigest(),
            address=form.customer,
            place=int(now.timestamp() * 1_000_000),
            sent_at=now,
            body=form.model_dump(),
        )
        return await self._inbox.take([letter]) > 0

    def read(self, letter: Letter) -> Heard:
        """What a message says."""
        form = MessageForm.model_construct(**letter.body)
        if form.latitude is not None and form.longitude is not None:
            place = (form.latitude, form.longitude)
            return Heard(kind=Kind.PLACE, message_id=form.id, place=place, name=form.text[:200])
        if form.phone:
            return Heard(kind=Kind.CONTACT, message_id=form.id, phone=form.phone, name=form.name)
        if form.corrects:
            return Heard(kind=Kind.EDIT, message_id=form.corrects, text=form.text)
        name = form.text.strip().removeprefix("/").lower()
        if form.text.strip().startswith("/") and name in self._commands:
            return Heard(kind=Kind.COMMAND, message_id=form.id, text=name)
        return Heard(kind=Kind.TEXT, message_id=form.id, text=form.text)

    async def send(self, address: str, part: Part) -> str:
        """Bring one part to the other system, which tells repeated ones by `delivery`."""
        line = {"delivery": part.key, "customer": address, "text": part.text}
        body = json.dumps(line, ensure_ascii=False).encode()
        time = str(int(self._clock().timestamp()))
        signed = dict(zip(_CLAIMED, (time, signature(self._secret, time, body)), strict=True))
        headers = {"Content-Type": "application/json", **signed}
        try:
            answer = await self._http.post(self._url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise FarSideAway(f"the other system cannot be reached: {error}") from None
        _check(answer)
        return part.key


def _check(answer: httpx.Response) -> None:
    """2xx is delivered, 410 means that the customer is gone, 400, 413 and 422 refuse the line."""
    if answer.is_success:
        return
    said = f"the other system answers {answer.status_code}"
    if answer.status_code == 410:
        raise CustomerGone(said)
    if answer.status_code in (400, 413, 422):
        raise LineRefused(said)
    asked = answer.headers.get("Retry-After", "")
    wait = timedelta(seconds=int(asked[:6])) if asked.isascii() and asked.isdigit() else None
    raise FarSideAway(said, retry_after=wait)


def make_router(door: SignedWebhook) -> APIRouter:
    """`POST /webhook/messages`; what is not signed is told nothing."""
    router = APIRouter(tags=["webhook"])

    @router.post("/webhook/messages", status_code=202, summary="A customer of another system")
    async def take(
        request: Request,
        x_seatmate_time: Annotated[str, Header()] = "",
        x_seatmate_signature: Annotated[str, Header()] = "",
    ) -> Response:
        body = bytearray()
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_BODY:
                return JSONResponse({"detail": "too large"}, 413)
        if not door.is_signed(x_seatmate_time, x_seatmate_signature, bytes(body)):
            return JSONResponse({"detail": "not signed, or not now"}, 403)
        try:
            form = MessageForm.model_validate_json(bytes(body))
        except ValidationError as error:
            faults: list[Any] = error.errors(include_url=False, include_input=False)
            return JSONResponse({"detail": json.loads(json.dumps(faults, default=str))}, 422)
        return JSONResponse({"is_new": await door.take(form)}, 202)

    return router
