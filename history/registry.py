"""What can happen: each action's sentence, the keys its events may carry, and whether people are told.

Sentences live here and not in the rows, so that old rows read well after the wording changes.
"""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Action:
    """One kind of event."""

    name: str
    sentence: str | Promise
    keys: frozenset[str]
    notifies: bool


_actions: dict[str, Action] = {}


def register(name: str, sentence: str | Promise, *, keys: set[str] | None = None, notifies: bool = False) -> Action:
    """Add an action to the registry and return it; a second one of the same name is an error."""
    if name in _actions:
        raise ValueError(f"The action {name!r} is registered twice.")
    _actions[name] = Action(name, sentence, frozenset(keys or ()), notifies)
    return _actions[name]


def action(name: str) -> Action:
    """The action of that name; an unknown name raises KeyError."""
    return _actions[name]


def notifying() -> list[str]:
    """The names of the actions that people are told of."""
    return sorted(name for name, entry in _actions.items() if entry.notifies)


def all_actions() -> list[Action]:
    """Every action, by name."""
    return [_actions[name] for name in sorted(_actions)]
