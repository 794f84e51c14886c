"""Staff come in: name and password for a session, or an API token made by the command line."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from conversations.auditing import Act, Deed
from conversations.people import LONGEST_PASSWORD, NotAllowed, Staff
from conversations.rights import Right, may
from conversations.staff_service import LONGEST_NAME, StaffService

__all__ = ["PasswordForm", "SignInForm", "StaffDoor", "StaffService", "bearer", "make_router"]


class SignInForm(BaseModel):
    """Body of `POST /sign-in`."""

    name: str = Field(min_length=1, max_length=LONGEST_NAME)
    password: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


class PasswordForm(BaseModel):
    """Body of `POST /password`."""

    model_config = ConfigDict(extra="forbid")

    old: str = Field(min_length=1, max_length=LONGEST_PASSWORD)
    new: str = Field(min_length=1, max_length=LONGEST_PASSWORD)


def bearer(request: Request) -> str:
    """The token of an `Authorization: Bearer …` header, empty when there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def address_of(request: Request) -> str:
    """Where a request comes from, empty when that is not known."""
    return request.client.host if request.client else ""


class StaffDoor:
    """A FastAPI dependency: the member of staff behind a request, if the role has the right.

    With an act the request is written into the audit log before anything is shown or done; one
    that is refused always is.
    """

    def __init__(self, staff: StaffService, right: Right, act: Act | None = None) -> None:
        self._staff, self._right, self._act = staff, right, act

    async def __call__(self, request: Request) -> Staff:
        """Raises `SignInFailed` or `NotAllowed`."""
        member = await self._staff.get(bearer(request))
        if not may(member.role, self._right):
            await self._note(member, Act.REFUSED, request)
            raise NotAllowed(f"role {member.role} may not do this")
        if self._act is not None:
            await self._note(member, self._act, request)
        return member

    async def _note(self, member: Staff, act: Act, request: Request) -> None:
        path = request.url.path
        deed = Deed(
            act=act,
            subject=path if act is Act.REFUSED else subject_of(request),
            detail=request.method if act is Act.REFUSED else request.url.query,
            address=address_of(request),
        )
        await self._staff.audit.note(member, deed)


def subject_of(request: Request) -> str:
    """What a request is about: the numbers in its path and what follows them, or the path."""
    named = list(request.path_params.values())
    path = request.url.path
    if not named:
        return path
    return path[path.index(str(named[0])) :] if str(named[0]) in path else "/".join(named)


def make_router(staff: StaffService) -> APIRouter:
    """`POST /sign-in`, and one's own password."""
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]

    @router.post("/sign-in", summary="Sign in; the token goes into Authorization: Bearer …")
    async def sign_in(form: SignInForm, request: Request) -> dict[str, str]:
        member, token = await staff.sign_in(form.name, form.password, address=address_of(request))
        return {"name": member.name, "role": member.role, "token": token}

    @router.post("/password", summary="One's own new password; the token is a new one too")
    async def change_password(
        member: Anyone, form: PasswordForm, request: Request
    ) -> dict[str, str]:
        token = await staff.change_password(
            member, old=form.old, new=form.new, address=address_of(request)
        )
        return {"token": token}

    return router
