"""Finding what a printed name or label means. Nothing is guessed: what no name or alias matches stays unknown."""

import re
from functools import cached_property

from issues.models import Goal, Issue, IssueAlias, PersonGroup, PersonGroupAlias, Scheme
from states.models import State, StateAlias
from states.names import fold


class Resolver:
    """The names and labels known when it is first asked; each vocabulary is read once."""

    def __init__(self) -> None:
        self._met: dict[str, State | None] = {}  # a large export prints the same two hundred names again and again

    def state(self, printed: str) -> State | None:
        """The State of that name, former name or spelling; in any of the languages loaded."""
        if printed not in self._met:
            self._met[printed] = self._states.get(fold(printed))
        return self._met[printed]

    def issue(self, printed: str, scheme: str = Scheme.UHRI) -> Issue | None:
        """The issue with that label; a leading code ("A12 ", "2.1 ") may be missing or drift."""
        labels = self._issues[scheme]
        return labels.get(fold(printed)) or labels.get(fold(_without_code(printed)))

    def group(self, printed: str) -> PersonGroup | None:
        """The group of persons with that label."""
        return self._groups.get(fold(printed)) or self._groups.get(fold(_without_code(printed)))

    def goal(self, printed: str) -> Goal | None:
        """The goal or target that a label begins with: "16 - PEACE, …", "16.3", "SDG 5"."""
        found = re.match(r"\s*(?:SDG|Goal)?\s*(\d{1,2}(?:\.[0-9a-d]{1,2})?)\b", printed, re.IGNORECASE)
        return self._goals.get(found[1]) if found else None

    @cached_property
    def _states(self) -> dict[str, State]:
        return {alias.folded: alias.state for alias in StateAlias.objects.select_related("state")}

    @cached_property
    def _issues(self) -> dict[str, dict[str, Issue]]:
        found: dict[str, dict[str, Issue]] = {scheme: {} for scheme in Scheme.values}
        for alias in IssueAlias.objects.select_related("issue"):
            found[alias.scheme][alias.folded] = alias.issue
        return found

    @cached_property
    def _groups(self) -> dict[str, PersonGroup]:
        return {alias.folded: alias.group for alias in PersonGroupAlias.objects.select_related("group")}

    @cached_property
    def _goals(self) -> dict[str, Goal]:
        return {goal.code: goal for goal in Goal.objects.all()}


def _without_code(label: str) -> str:
    return re.sub(r"^\s*(?:[A-Z]\d{1,2}|\d{1,2}(?:\.\d{1,2})?)\s+", "", label)
