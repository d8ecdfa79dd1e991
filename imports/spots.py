"""Which review each row of an export belongs to: looked up once for each State and session that the file names."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Organisation
from imports.reading import Problem, ReadMention
from imports.resolve import Resolver
from reviews.models import Document, Review, Session
from states.models import State


@dataclass(frozen=True)
class Given:
    """What the person said of the file, which every row must agree with; nothing said leaves it to the rows."""

    iso3: str = ""
    session: int | None = None
    organisation: Organisation | None = None


@dataclass(frozen=True)
class Spot:
    """A review, or the State and session of one that is not there yet."""

    state_id: int
    session_id: int
    review_id: int | None


class Spots:
    """The reviews of an export's rows, and the names of States that lead to none."""

    def __init__(self, resolver: Resolver, given: Given) -> None:
        self.resolver = resolver
        self.given = given
        self.unknown_states: set[str] = set()
        self.reviews = {(state, session): pk for pk, state, session in _reviews()}
        self.sessions = {session.number: session for session in Session.objects.all()}
        self.by_symbol = _sessions_by_symbol()
        monitored = given.organisation.monitors.values_list("pk", flat=True) if given.organisation else None
        self.monitored = None if monitored is None else set(monitored)

    def find(self, row: ReadMention) -> Spot | Problem:
        """Where a row belongs, or why it belongs nowhere."""
        state = self.resolver.state(row.state_name)
        if state is None:
            self.unknown_states.add(row.state_name)
            what = _("This State under review is not known by that name. Settle the name, then read the file again.")
            return Problem(row.place, row.state_name, what)
        number = row.session or self.by_symbol.get(row.symbol) or self.given.session
        session = self.sessions.get(number or 0)
        wrong = self._wrong(state, number, session)
        if wrong or session is None:
            return Problem(row.place, f"{row.state_name}, {number or '–'}", wrong)
        return Spot(state.pk, session.pk, self.reviews.get((state.pk, session.pk)))

    def _wrong(self, state: State, number: int | None, session: Session | None) -> str:
        if number is None:
            return _("This row does not say of which session it is. Give the session, then read the file again.")
        if session is None:
            return _("This session is not known here; sessions 1 to 54 are.")
        if self.given.iso3 and self.given.iso3.upper() != state.iso3:
            return _("This row is about another State than the one that was asked for, and was left out.")
        if self.given.session and self.given.session != number:
            return _("This row is of another session than the one that was asked for, and was left out.")
        if self.monitored is not None and state.pk not in self.monitored:
            return _("Your organisation does not monitor this State, so that the row was left out.")
        return ""


def _reviews() -> list[tuple[int, int, int]]:
    return list(Review.objects.values_list("pk", "state_id", "session_id"))


def _sessions_by_symbol() -> dict[str, int]:
    """The session of each report that is known by its symbol."""
    reports = Document.objects.filter(kind=Document.Kind.WG_REPORT, review__isnull=False).exclude(symbol="")
    reviews = Review.objects.exclude(report_symbol="")
    return dict(reports.values_list("symbol", "review__session__number")) | dict(
        reviews.values_list("report_symbol", "session__number")
    )
