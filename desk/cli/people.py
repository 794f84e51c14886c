"""Tickets and staff from the command line."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import typer
from rich.table import Table

from connectors.sign_in import StaffService
from conversations.people import Role, new_password
from desk.app import Desk, now
from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from tickets.ticket import State

tickets_app = typer.Typer(no_args_is_help=True, help="Tickets.")
staff_app = typer.Typer(no_args_is_help=True, help="People who work here.")


@tickets_app.command("list")
def tickets_list(
    state: Annotated[State | None, typer.Option(help="only this state")] = None,
) -> None:
    """The newest tickets."""
    settings = load_settings()

    async def work() -> None:
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        table = Table("no", "kind", "state", "registered", "details")
        for listed in await desk.tickets.list_tickets(state=state):
            ticket = desk.informants.seal.sealed_ticket(listed)
            details = "; ".join(f"{name}={value}" for name, value in ticket.fields.items())
            registered = ticket.registered_at.astimezone().strftime("%Y-%m-%d %H:%M")
            table.add_row(ticket.no, ticket.kind, ticket.state, registered, details)
        out.print(table)
        await desk.close()

    run_async(work())


@tickets_app.command("late")
def tickets_late(profile: ProfileOption = "") -> None:
    """Open tickets past a limit, the longest first, and the highest role that was told."""

    async def work(desk: Desk, centre: str) -> None:
        table = Table("no", "kind", "state", "owner", "department", "due", "told")
        roles = desk.terms[centre].limits.roles if centre in desk.terms else {}
        for each in await desk.owing.list_late(centre):
            ticket = each.ticket
            due = ticket.due_at.astimezone().strftime("%Y-%m-%d %H:%M") if ticket.due_at else ""
            told = roles.get(each.told, each.told)
            row = (ticket.no, ticket.kind, ticket.state, ticket.owner, ticket.department or "")
            table.add_row(*row, due, told)
        out.print(table)

    _with_desk(work, profile)


@tickets_app.command("review")
def tickets_review(profile: ProfileOption = "") -> None:
    """What is still open today, owner by owner; the first line without a name is nobody's."""

    async def work(desk: Desk, centre: str) -> None:
        table = Table("owner", "open", "late", "due today", "from before today")
        for day in await desk.owing.review(centre):
            figures = (day.open, day.late, day.due_today, day.carried_over)
            table.add_row(day.owner, *map(str, figures))
        out.print(table)

    _with_desk(work, profile)


@staff_app.command("add")
def staff_add(
    name: Annotated[str, typer.Argument(help="sign-in name")],
    role: Annotated[Role, typer.Option(help="what they do here")] = Role.AGENT,
) -> None:
    """Add somebody; prints a random password once."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.add(name, role, password)

    _with_staff(work)
    say(f"{name} ({role}) may sign in with: {password}")


@staff_app.command("password")
def staff_password(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Give somebody a new random password; their sessions end."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.set_password(name, password)

    _with_staff(work)
    say(f"{name} may sign in with: {password}")


@staff_app.command("token")
def staff_token(name: Annotated[str, typer.Argument(help="sign-in name")]) -> None:
    """Make an API token for somebody; printed once, holds until their password changes."""

    async def work(staff: StaffService) -> str:
        return await staff.make_token(name)

    say(_with_staff(work))


def _with_desk(work: Callable[[Desk, str], Awaitable[None]], profile: str) -> None:
    settings = load_settings()

    async def inside() -> None:
        await (await ready_database(settings)).close()
        desk = Desk(settings)
        centre = profile or settings.profile
        if centre not in desk.profiles:
            raise ValueError(
                f"there is no profile {centre!r}; there are: {', '.join(desk.profiles)}"
            )
        await work(desk, centre)
        await desk.close()

    run_async(inside())


def _with_staff(work: Any) -> Any:
    settings = load_settings()

    async def inside() -> Any:
        database = await ready_database(settings)
        try:
            service = StaffService(write=database.write, read=database.read, clock=now)
            return await work(service)
        finally:
            await database.close()

    return run_async(inside())
