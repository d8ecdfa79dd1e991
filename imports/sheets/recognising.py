"""Which recommendation a row of a sheet speaks of: by its address or id, else its number, else its text.

Nothing is guessed: a number or a text means something within one review only, which the row says, or the person who
sent the sheet.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.utils.translation import gettext as _

from imports.reading import bare_text, split_label, tidy
from imports.resolve import Resolver
from imports.sheets.roles import Role
from recommendations.models import Recommendation
from recommendations.querysets import RecommendationQuerySet
from reviews.models import Review
from states.models import State

ADDRESS = re.compile(r"(?:.*/recommendations/)?([2-9a-z]{8})/?(?:[?#].*)?", re.IGNORECASE)
SESSION = re.compile(r"\D{0,20}([0-9]{1,3})(?:st|nd|rd|th)?\D{0,20}")


@dataclass(frozen=True)
class Named:
    """What one row says of the recommendation it means; empty where it has no such column."""

    address: str = ""
    label: str = ""
    text: str = ""
    state: str = ""
    session: str = ""
    # The label's cell holds a number, as a program makes of 140.10 when nobody stops it: then it says 140.1.
    label_is_number: bool = False

    @property
    def public_id(self) -> str:
        """The id that the address ends in, or nothing."""
        found = ADDRESS.fullmatch(self.address.strip())
        return found[1].lower() if found else ""


class Unrecognised(Exception):
    """No recommendation is meant, or it cannot be told which: the column, what it says, and why that leads nowhere."""

    def __init__(self, role: Role, value: str, reason: str) -> None:
        super().__init__(reason)
        self.role, self.value, self.reason = role, value, reason


@dataclass
class _Held:
    """The recommendations of one review, by what rows can name them by."""

    by_label: dict[str, Recommendation] = field(default_factory=dict)
    by_text: dict[str, list[Recommendation]] = field(default_factory=lambda: defaultdict(list))


class Recogniser:
    """Looks up what the rows of a sheet mean, in a few queries for all of them; `state` and `session` are those given
    by the person who sent it.
    """

    def __init__(self, rows: Iterable[Named], state: State | None, session: int | None) -> None:
        rows = list(rows)
        self.given = (state, session)
        self._resolver = Resolver()
        self._states = {each.iso3.casefold(): each for each in State.objects.all()}
        self._by_id = _by_id({named.public_id for named in rows if named.public_id})
        named = {self._named_review(row) for row in rows if not row.public_id}
        self._reviews = {
            (state, at): _held_in(state, at) for state, at in named if state is not None and at is not None
        }

    def find(self, named: Named) -> Recommendation:
        """The recommendation that the row means. Raises Unrecognised."""
        if named.address.strip():
            return self._by_address(named)
        if not named.label.strip() and not named.text.strip():
            reason = _("This row names no recommendation: neither its address nor its number nor its text.")
            raise Unrecognised(Role.LABEL, "", reason)
        held = self._review(named)
        return self._by_label(named, held) if named.label.strip() else self._by_text(named, held)

    def _by_address(self, named: Named) -> Recommendation:
        found = self._by_id.get(named.public_id)
        if found is None:
            reason = _("No recommendation of this site has this address or id. Copy it from the recommendation's page.")
            raise Unrecognised(Role.ADDRESS, named.address, reason)
        label = _label(named.label)
        if label and found.label and label != found.label:
            reason = _("The address leads to recommendation %(found)s, and the number is another. Correct one of them.")
            raise Unrecognised(Role.LABEL, named.label, reason % {"found": found.label})
        return _alive(found, Role.ADDRESS, named.address)

    def _review(self, named: Named) -> _Held:
        state_id, session = self._named_review(named)
        if state_id is None:
            raise self._no_state(named)
        if session is None:
            reason = _("This names no session. Fill it in as a number, or give the session when you send the sheet.")
            raise Unrecognised(Role.SESSION, named.session, reason)
        self._contradiction(named, state_id, session)
        held = self._reviews[state_id, session]
        if held is None:
            reason = _("No review of this State at session %(session)d is known here. Import its report or list first.")
            raise Unrecognised(Role.SESSION, named.session or str(session), reason % {"session": session})
        return held

    def _named_review(self, named: Named) -> tuple[int | None, int | None]:
        state, session = self.given
        stated = self._state(named.state) if named.state.strip() else state
        number = _session(named.session) if named.session.strip() else session
        return (stated.pk if stated else None), number

    def _state(self, printed: str) -> State | None:
        return self._states.get(tidy(printed).casefold()) or self._resolver.state(printed)

    def _no_state(self, named: Named) -> Unrecognised:
        if named.state.strip():
            reason = _("No State of this name is known here. Write its name, or its ISO 3166 alpha-3 code.")
        else:
            reason = _("This names no State under review. Fill it in, or give the State when you send the sheet.")
        return Unrecognised(Role.STATE, named.state, reason)

    def _contradiction(self, named: Named, state_id: int, session: int) -> None:
        state, number = self.given
        if state and state.pk != state_id:
            reason = _("This row is about another State than %(given)s, which was given for the whole sheet.")
            raise Unrecognised(Role.STATE, named.state, reason % {"given": state})
        if number and number != session:
            reason = _("This row is of another session than %(given)d, which was given for the whole sheet.")
            raise Unrecognised(Role.SESSION, named.session, reason % {"given": number})

    def _by_label(self, named: Named, held: _Held) -> Recommendation:
        label = _label(named.label)
        found = held.by_label.get(label)
        meant = _only(held.by_text.get(bare_text(named.text), [])) if named.text.strip() else None
        longer = held.by_label.get(f"{label}0") if named.label_is_number else None
        if meant and meant in (found, longer):
            return meant
        if meant and found:
            reason = _("The number leads to one recommendation and the text to %(other)s. Correct one of them.")
            raise Unrecognised(Role.LABEL, named.label, reason % {"other": meant})
        if longer:
            reason = _(
                "This may mean %(one)s or %(other)s: programs drop the nought. Add a column with the text, or save the "
                "numbers as text."
            )
            raise Unrecognised(Role.LABEL, named.label, reason % {"one": label, "other": longer})
        if found is None:
            reason = _(
                "This review has no recommendation with this number. Write it as the report does, such as 140.7."
            )
            raise Unrecognised(Role.LABEL, named.label, reason)
        return _alive(found, Role.LABEL, named.label)

    def _by_text(self, named: Named, held: _Held) -> Recommendation:
        printed = split_label(named.text)  # many write the number before the text, in one cell
        if printed and (numbered := held.by_label.get(str(printed[0]))):
            return _alive(numbered, Role.TEXT, named.text)
        found = held.by_text.get(bare_text(named.text), [])
        if len(found) > 1:
            reason = _("%(n)d recommendations of this review have this text. Add a column with their numbers.")
            raise Unrecognised(Role.TEXT, named.text, reason % {"n": len(found)})
        if not found:
            reason = _("No recommendation of this review has this text. Add a column with its number.")
            raise Unrecognised(Role.TEXT, named.text, reason)
        return _alive(found[0], Role.TEXT, named.text)


def _only(found: list[Recommendation]) -> Recommendation | None:
    return found[0] if len(found) == 1 else None


def _alive(found: Recommendation, role: Role, value: str) -> Recommendation:
    if found.removed_at is not None:
        raise Unrecognised(role, value, _("This recommendation has been removed; nothing more is recorded on it."))
    return found


def _label(printed: str) -> str:
    """The number as the database keeps it."""
    found = split_label(printed)
    return str(found[0]) if found and not found[1].strip() else tidy(printed)


def _session(printed: str) -> int | None:
    found = SESSION.fullmatch(tidy(printed))
    return int(found[1]) if found else None


def _by_id(public_ids: set[str]) -> dict[str, Recommendation]:
    found = _shown().filter(public_id__in=public_ids)
    return {each.public_id: each for each in found}


def _held_in(state_id: int, session: int) -> _Held | None:
    review = Review.objects.filter(state=state_id, session__number=session).first()
    if review is None:
        return None
    held = _Held()
    for each in _shown().filter(review=review):
        if each.label:
            held.by_label[each.label] = each
        if each.removed_at is None:
            held.by_text[bare_text(each.text)].append(each)
    return held


def _shown() -> RecommendationQuerySet:
    found = Recommendation.objects.select_related("review__state").defer("search")
    return found if settings.SHOW_SAMPLES else found.filter(is_sample=False)
