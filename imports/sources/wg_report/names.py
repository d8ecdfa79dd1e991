"""Recommending States that only the whole report tells apart from other brackets.

A bracket in mid-sentence ("Sign (Portugal), ratify (France) and …") and one in small letters ("(netherlands)") name
recommending States too, which `split_recommenders` cannot know. Here a name counts wherever it stands in brackets, once
the same report ends a recommendation with it.
"""

import re
from collections.abc import Iterable

from imports.recommenders import Recommended, split_names, split_recommenders

BRACKET = re.compile(r"\((?P<names>[^()]*(?:\([^()]*\)[^()]*)*)\)")
RUN_TOGETHER = re.compile(r"(?P<first>[^()]+?) ?\((?P<second>[^()]+)\)")  # a bracket left open: "(Peru (Chad)"


class Names:
    """The names with which a report ends its recommendations, by their letters in small."""

    def __init__(self, printed: Iterable[str]) -> None:
        self._known = {name.casefold(): name for text in printed for name in split_recommenders(text).states}

    def recommended(self, printed: str) -> Recommended:
        """A recommendation's words and its States: those at its end, of its clauses, and in mid-sentence."""
        text, states = split_recommenders(BRACKET.sub(self._in_capitals, printed))
        states = tuple(name for state in states for name in self._parted(state))
        within = {
            name for found in BRACKET.finditer(text) for name in self._all_known(found["names"]) if name not in states
        }
        if not within:
            return Recommended(text, states)
        everywhere = [name for found in BRACKET.finditer(printed) for name in split_names(found["names"])]
        in_order = [self._known.get(name.casefold(), name) for name in everywhere]
        wanted = within.union(states)
        return Recommended(text, tuple(dict.fromkeys([*(name for name in in_order if name in wanted), *states])))

    def _all_known(self, bracket: str) -> list[str]:
        """The names in a bracket as they are printed elsewhere; none at all where one is not known."""
        names = [self._known.get(name.casefold()) for name in split_names(bracket)]
        return [name for name in names if name] if all(names) else []

    def _in_capitals(self, bracket: re.Match[str]) -> str:
        if bracket["names"] != bracket["names"].lower():
            return bracket[0]
        known = self._all_known(bracket["names"])
        return f"({', '.join(known)})" if known else bracket[0]

    def _parted(self, state: str) -> tuple[str, ...]:
        found = RUN_TOGETHER.fullmatch(state)
        if found and found["first"].casefold() in self._known and found["second"].casefold() in self._known:
            return found["first"], found["second"]
        return (state,)
