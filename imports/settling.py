"""Which review a file belongs to: as it says itself, or as the person says where it is silent."""

from django.utils.translation import gettext as _

from imports.reading import Reading, UnreadableFile, shorten
from imports.resolve import Resolver
from imports.suggesting import states_like
from reviews.models import Document, Review, Session
from states.models import State


def settle(name: str, reading: Reading, iso3: str, session: int | None) -> tuple[State, Session]:
    """The State and the session. Raises UnreadableFile, also when the file contradicts what was given."""
    state = _state(name, reading, iso3)
    number = _session(name, reading, session)
    found = Session.objects.filter(number=number).first()
    if found is None:
        raise UnreadableFile(_("Session %(number)s is not known here; sessions 1 to 54 are.") % {"number": number})
    return state, found


def _state(name: str, reading: Reading, iso3: str) -> State:
    given = State.objects.filter(iso3=iso3.upper()).first() if iso3 else None
    if iso3 and given is None:
        message = _("State “%(value)s” is not known here. Use its ISO 3166 alpha-3 code, such as KAZ.%(hint)s")
        hint = _hint([f"{state.iso3} ({state})" for state in states_like(iso3)])
        raise UnreadableFile(message % {"value": iso3, "hint": hint})
    stated = Resolver().state(reading.state_name) if reading.state_name else None
    if given and stated and given != stated:
        message = _("“%(file)s” says that it is about %(stated)s, and %(given)s was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": stated, "given": given})
    found = given or stated
    if found is None and reading.state_name:
        message = _(
            "“%(file)s” says that it is about “%(name)s”; nobody here knows it.%(hint)s Give the State under review."
        )
        hint = _hint([str(state) for state in states_like(reading.state_name)])
        raise UnreadableFile(message % {"file": name, "name": shorten(reading.state_name, 80), "hint": hint})
    if found is None:
        message = _("“%(file)s” does not say which State it is about. Give the State under review.")
        raise UnreadableFile(message % {"file": name})
    return found


def _hint(names: list[str]) -> str:
    return " " + _("Did you mean %(names)s?") % {"names": _(" or ").join(names)} if names else ""


def _session(name: str, reading: Reading, session: int | None) -> int:
    if session and reading.session and session != reading.session:
        message = _("“%(file)s” says that it is of session %(stated)d, and session %(given)d was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": reading.session, "given": session})
    number = session or reading.session or _session_of_report(reading.symbol)
    if number is None:
        message = _("“%(file)s” does not say which session it is of. Give the number of the session.")
        raise UnreadableFile(message % {"file": name})
    return number


def _session_of_report(symbol: str | None) -> int | None:
    """An addendum prints no session, but its symbol is the report's with "/Add.1": the session of that report."""
    report, is_addendum, _number = (symbol or "").partition("/Add.")
    if not is_addendum:
        return None
    document = Document.objects.filter(symbol=report, kind=Document.Kind.WG_REPORT).select_related("review__session")
    reviews = [found.review for found in document if found.review]
    reviews += Review.objects.filter(report_symbol=report).select_related("session")
    return reviews[0].session.number if reviews else None
