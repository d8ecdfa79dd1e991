"""Which review a file belongs to: as it says itself, or as the person says where it is silent."""

from django.utils.translation import gettext as _

from imports.reading import Reading, UnreadableFile
from imports.resolve import Resolver
from reviews.models import Session
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
        message = _("State “%(value)s” is not known here. Use its ISO 3166 alpha-3 code, such as KAZ.")
        raise UnreadableFile(message % {"value": iso3})
    stated = Resolver().state(reading.state_name) if reading.state_name else None
    if given and stated and given != stated:
        message = _("“%(file)s” says that it is about %(stated)s, and %(given)s was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": stated, "given": given})
    found = given or stated
    if found is None:
        message = _("“%(file)s” does not say which State it is about. Give the State under review.")
        raise UnreadableFile(message % {"file": name})
    return found


def _session(name: str, reading: Reading, session: int | None) -> int:
    if session and reading.session and session != reading.session:
        message = _("“%(file)s” says that it is of session %(stated)d, and session %(given)d was asked for.")
        raise UnreadableFile(message % {"file": name, "stated": reading.session, "given": session})
    number = session or reading.session
    if number is None:
        message = _("“%(file)s” does not say which session it is of. Give the number of the session.")
        raise UnreadableFile(message % {"file": name})
    return number
