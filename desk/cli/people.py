"""Tickets and staff from the command line."""

from typing import Annotated, Any

import typer
from rich.table import Table

from connectors.sign_in import StaffService
from conversations.people import Role, new_password
from desk.app import Desk, now
from desk.cli.common import load_settings, out, ready_database, run_async, say
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
