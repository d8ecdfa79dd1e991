"""Who reads, and as of when: every queryset that leads to a screen, an answer or a file takes one."""

import datetime
from dataclasses import dataclass, replace
from functools import cached_property

from accounts.models import Membership, Person


@dataclass(frozen=True)
class Reader:
    """The person (None: the public), their language, and the two clocks.

    `as_of`: what held on that day by what is known now. `known_on`: what this site had published by the end of that
    day (UTC). `samples`: whether labelled sample data is shown.
    """

    person: Person | None = None
    language: str = "en"
    as_of: datetime.date | None = None
    known_on: datetime.date | None = None
    samples: bool = False

    @cached_property
    def memberships(self) -> list[Membership]:
        """The person's memberships with their organisations; read once."""
        if self.person is None:
            return []
        return list(self.person.memberships.select_related("organisation").order_by("organisation__name"))

    @property
    def organisation_ids(self) -> list[int]:
        """The organisations whose drafts and notes this reader may see."""
        return [membership.organisation_id for membership in self.memberships]

    @property
    def is_clocked(self) -> bool:
        """Whether the past is asked for."""
        return self.as_of is not None or self.known_on is not None

    @property
    def known_before(self) -> datetime.datetime | None:
        """The first moment after `known_on` (UTC): what was recorded from then on is not known. None: all is."""
        return None if self.known_on is None else end_of_day(self.known_on)

    def at(self, *, as_of: datetime.date | None, known_on: datetime.date | None = None) -> "Reader":
        """The same reader, looking at another day."""
        return replace(self, as_of=as_of, known_on=known_on)

    def without_samples(self) -> "Reader":
        """The same reader, who is shown no sample data."""
        return replace(self, samples=False)


def end_of_day(day: datetime.date) -> datetime.datetime:
    """The first moment after that day, UTC."""
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), datetime.UTC)


PUBLIC = Reader()
