"""The verbs of paper forms: fill one for a ticket, fill a month's table."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from tickets.attachment_store import AttachmentStore
from tickets.clock_store import ClockStore
from tickets.form_filling import Centre, FilledForm, FilledSummary, fill, fill_summary
from tickets.form_store import list_registered
from tickets.forms import FormError, Forms
from tickets.informants import Seal
from tickets.keeping import Transaction
from tickets.limits import Limits
from tickets.profile import Profile
from tickets.store import TicketStore
from tickets.ticket import Kind, Ticket

# a ticket as somebody sees it
Seeing = Callable[[Ticket], Ticket]

# a month no ticket can be of
FIRST_YEAR, LAST_YEAR = 2000, 9998


class NoSuchMonth(FormError):
    """What was given for a month is none."""


class FormService:
    """Forms of all centres; whoever informed stays sealed on paper too."""

    def __init__(
        self,
        *,
        forms: Forms,
        profiles: Mapping[str, Profile],
        limits: Mapping[str, Limits],
        seal: Seal,
        read: Transaction,
        clock: Callable[[], datetime],
    ) -> None:
        self._forms, self._seal = forms, seal
        self._read, self._clock = read, clock
        self._centres = {
            name: Centre(profile=profile, limits=limits[name], words=forms.words)
            for name, profile in profiles.items()
        }

    @property
    def titles(self) -> dict[str, str]:
        """The forms there are, by name."""
        return {name: form.title for name, form in self._forms.forms.items()}

    @property
    def kinds(self) -> dict[str, list[Kind]]:
        """The kinds of ticket each form is for; none: for every kind."""
        return {name: form.kinds for name, form in self._forms.forms.items()}

    async def fill(self, name: str, no: str, *, seen: Seeing | None = None) -> FilledForm:
        """A ticket's form, as the ticket is `seen` by who wants it; sealed in any case.

        Raises `TicketNotFound`, `UnknownForm` or `FormNotForKind`.
        """
        async with self._read() as connection:
            ticket = await TicketStore(connection).get(no)
            attached = await AttachmentStore(connection).list_attachments(no)
            kept = (await ClockStore(connection).list_clocks([no]))[no]
        return fill(
            self._forms.form(name, ticket),
            self._shown(ticket, seen),
            self._centres[ticket.profile],
            now=self._clock(),
            clocks=[each.clock for each in kept],
            attachments=[each.name for each in attached],
        )

    async def fill_summary(
        self, profile: str, month: str, *, seen: Seeing | None = None
    ) -> FilledSummary:
        """The table of a month like 2026-11; raises `NoSuchMonth`."""
        centre, summary = self._centres[profile], self._forms.summary
        first, end = _month(month, ZoneInfo(centre.profile.timezone))
        async with self._read() as connection:
            found = await list_registered(
                connection, profile=profile, kinds=summary.kinds, first=first, end=end
            )
        shown = [self._shown(ticket, seen) for ticket in found]
        return fill_summary(summary, shown, centre, month=month, now=self._clock())

    def _shown(self, ticket: Ticket, seen: Seeing | None) -> Ticket:
        return self._seal.sealed_ticket(seen(ticket) if seen else ticket)


def _month(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a month on the centre's clock and the first after it, in UTC."""
    try:
        first = datetime.strptime(text, "%Y-%m").replace(tzinfo=zone)
    except ValueError:
        raise NoSuchMonth(f"{text!r} is no month; write it like 2026-11") from None
    if not FIRST_YEAR <= first.year <= LAST_YEAR:
        raise NoSuchMonth(f"there are no tickets of {text}")
    end = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return first.astimezone(UTC), end.astimezone(UTC)
