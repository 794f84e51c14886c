"""Tickets, staff and the audit log from the command line."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from connectors.sign_in import StaffService
from conversations.audit_store import MOST_LINES, AuditLine, Wanted
from conversations.auditing import Act
from conversations.people import Account, Role, new_password
from desk.cli.common import ProfileOption, load_settings, out, ready_database, run_async, say
from desk.cli.one_desk import with_desk
from desk.clock import now
from desk.parts import Desk
from tickets.ticket import State

tickets_app = typer.Typer(no_args_is_help=True, help="Tickets.")
staff_app = typer.Typer(no_args_is_help=True, help="People who work here.")

Name = Annotated[str, typer.Argument(help="sign-in name")]


@tickets_app.command("list")
def tickets_list(
    state: Annotated[State | None, typer.Option(help="only this state")] = None,
) -> None:
    """The newest tickets."""

    async def work(desk: Desk, _centre: str) -> None:
        table = Table("no", "kind", "state", "registered", "details")
        for listed in await desk.tickets.list_tickets(state=state):
            ticket = desk.informants.seal.sealed_ticket(listed)
            details = "; ".join(f"{name}={value}" for name, value in ticket.fields.items())
            registered = ticket.registered_at.astimezone().strftime("%Y-%m-%d %H:%M")
            # customers' own words: a table reads [markup] in them
            table.add_row(ticket.no, ticket.kind, ticket.state, registered, escape(details))
        out.print(table)

    with_desk("", work, searches=False)


@tickets_app.command("late")
def tickets_late(profile: ProfileOption = "") -> None:
    """Open tickets past a limit, the longest first, and the highest role that was told."""

    async def work(desk: Desk, centre: str) -> None:
        table = Table("no", "kind", "state", "owner", "department", "due", "told")
        roles = desk.terms[centre].limits.roles if centre in desk.terms else {}
        for each in await desk.owing.list_late(centre):
            ticket = each.ticket
            due = ticket.due_at.astimezone().strftime("%Y-%m-%d %H:%M") if ticket.due_at else ""
            if each.doubts:
                due += f" (provisional: {', '.join(sorted(each.doubts))})"
            told = roles.get(each.told, each.told)
            row = (ticket.no, ticket.kind, ticket.state, ticket.owner, ticket.department or "")
            table.add_row(*map(escape, (*row, due, told)))
        out.print(table)

    with_desk(profile, work, searches=False)


@tickets_app.command("review")
def tickets_review(profile: ProfileOption = "") -> None:
    """What is still open today, owner by owner; the first line without a name is nobody's."""

    async def work(desk: Desk, centre: str) -> None:
        table = Table("owner", "open", "late", "due today", "from before today")
        for day in await desk.owing.review(centre):
            figures = (day.open, day.late, day.due_today, day.carried_over)
            table.add_row(escape(day.owner), *map(str, figures))
        out.print(table)

    with_desk(profile, work, searches=False)


@staff_app.command("list")
def staff_list() -> None:
    """Everybody who works here, with role and whether they may sign in."""

    async def work(staff: StaffService) -> list[Account]:
        return await staff.list_accounts()

    table = Table("name", "role", "added", "locked since")
    for each in _with_staff(work):
        name = escape(each.member.name)
        table.add_row(name, each.member.role, _day(each.added_at), _day(each.locked_at))
    out.print(table)


@staff_app.command("add")
def staff_add(
    name: Name, role: Annotated[Role, typer.Option(help="what they do here")] = Role.AGENT
) -> None:
    """Add somebody; prints a random password once."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.add(name, role, password)

    _with_staff(work)
    say(f"{name} ({role}) may sign in with: {password}")


@staff_app.command("reset")
@staff_app.command("password", hidden=True)
def staff_password(name: Name) -> None:
    """Give somebody a new random password; their sessions end, and a pause after failures too."""
    password = new_password()

    async def work(staff: StaffService) -> None:
        await staff.set_password(name, password)
        await staff.end_pause(name)

    _with_staff(work)
    say(f"{name} may sign in with: {password}")


@staff_app.command("role")
def staff_role(name: Name, role: Annotated[Role, typer.Argument(help="from now on")]) -> None:
    """Let somebody do other work, from their next call on."""

    async def work(staff: StaffService) -> None:
        await staff.set_role(name, role)

    _with_staff(work)
    say(f"{name} is {role} now")


@staff_app.command("lock")
def staff_lock(name: Name) -> None:
    """Let somebody sign in no more; all they have open ends, API tokens too."""

    async def work(staff: StaffService) -> None:
        await staff.lock(name)

    _with_staff(work)
    say(f"{name} may not sign in any more; to undo it: seatmate staff unlock {name}")


@staff_app.command("unlock")
def staff_unlock(name: Name) -> None:
    """Let somebody sign in again: after a lock, or before a pause after failures is over."""

    async def work(staff: StaffService) -> None:
        await staff.unlock(name)

    _with_staff(work)
    say(f"{name} may sign in again")


@staff_app.command("token")
def staff_token(name: Name) -> None:
    """Make an API token for somebody; printed once, holds until their password changes."""

    async def work(staff: StaffService) -> str:
        return await staff.make_token(name)

    say(_with_staff(work))


def audit_command(
    actor: Annotated[str, typer.Option(help="only what this person did")] = "",
    act: Annotated[Act | None, typer.Option(help="only this kind of act")] = None,
    subject: Annotated[str, typer.Option(help="a ticket's number, a conversation's id")] = "",
    days: Annotated[int, typer.Option(min=1, help="how far to look back")] = 7,
    limit: Annotated[int, typer.Option(min=1, max=MOST_LINES)] = 100,
) -> None:
    """Who looked at what, and who changed or took away what; newest first."""
    wanted = Wanted(
        actor=actor,
        act=act or "",
        subject=subject,
        since=now() - timedelta(days=days),
        limit=limit,
    )

    async def work(staff: StaffService) -> list[AuditLine]:
        return await staff.audit.list_lines(wanted)

    table = Table("at", "who", "role", "did", "what", "detail", "from")
    for line in _with_staff(work):
        at = line.at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        row = (line.actor, line.role, line.act, line.subject, line.detail, line.address)
        # names and paths are other people's words: a table reads [markup] in them
        table.add_row(at, *map(escape, row))
    out.print(table)


def _day(moment: datetime | None) -> str:
    return moment.astimezone().strftime("%Y-%m-%d") if moment else ""


def _with_staff(work: Any) -> Any:
    settings = load_settings()

    async def inside() -> Any:
        async with ready_database(settings) as database:
            service = StaffService(write=database.write, read=database.read, clock=now)
            return await work(service)

    return run_async(inside())
