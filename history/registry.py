"""What can happen: each action's sentence, the keys its events may carry, and who learns of it.

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
    public: bool
    notifies: bool
    hidden: bool
    whole_review: bool


_actions: dict[str, Action] = {}


def register(
    name: str,
    sentence: str | Promise,
    *,
    public: bool,
    keys: set[str] | None = None,
    notifies: bool = False,
    hidden: bool = False,
    whole_review: bool = False,
) -> Action:
    """Add an action to the registry and return it; a second one of the same name is an error.

    `public`: whether pages tell of it to everybody. It has no default: who adds an action decides. `notifies`: whether
    followers are told. `hidden`: whether the public must not even see that something happened; nothing that it
    reads may change with such an action. `whole_review`: whether anything of the event's review may read differently
    after it, though nothing tells of each.
    """
    if name in _actions:
        raise ValueError(f"The action {name!r} is registered twice.")
    _actions[name] = Action(name, sentence, frozenset(keys or ()), public, notifies, hidden, whole_review)
    return _actions[name]


def action(name: str) -> Action:
    """The action of that name; an unknown name raises KeyError."""
    return _actions[name]


def notifying() -> list[str]:
    """The names of the actions that people are told of."""
    return sorted(name for name, entry in _actions.items() if entry.notifies)


def public() -> list[str]:
    """The names of the actions that pages tell everybody of."""
    return sorted(name for name, entry in _actions.items() if entry.public)


def hidden() -> list[str]:
    """The names of the actions that leave no trace in what the public reads."""
    return sorted(name for name, entry in _actions.items() if entry.hidden)


def of_whole_reviews() -> list[str]:
    """The names of the actions after which anything of the review may read differently."""
    return sorted(name for name, entry in _actions.items() if entry.whole_review)
