"""Reading a session file: YAML that parses, fits the schema, and names nothing twice. Nothing of the database here."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import yaml
from django.conf import settings
from django.utils.translation import gettext as _

SCHEMA = settings.BASE_DIR / "fixtures" / "sessions" / "session.schema.json"
LARGEST = 20 * 1024 * 1024  # bytes
Path_ = Sequence[str | int]


class _Loader(yaml.CSafeLoader):
    """Plain values only, and days left as the text they are: the schema says what a day looks like."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


class BadSessionFile(Exception):
    """What is wrong with a file: each problem is a sentence that names the place and the value."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SessionFile:
    """A file that fits the schema: its content, and where each part of it stands."""

    def __init__(self, name: str, content: dict[str, Any], root: yaml.Node) -> None:
        self.name = name
        self.content = content
        self._root = root

    def problem(self, path: Path_, sentence: str) -> str:
        """A sentence with its place: file, line, and the way there."""
        return f"{self.name}, line {_line(self._root, path)}, {_way(path)}: {sentence}"


def read_session_file(path: Path) -> SessionFile:
    """The file's content, checked against the schema. Raises BadSessionFile with every problem found."""
    text = _text(path)
    root = _compose(path, text)
    content = _construct(path, text)
    if not isinstance(content, dict):
        raise BadSessionFile(
            [_("%(file)s: this is not a session file; see docs/session-fixture.md.") % {"file": path.name}]
        )
    found = SessionFile(path.name, content, root)
    problems = [found.problem(error.absolute_path, _sentence(error)) for error in _errors(content)]
    problems += [found.problem(way, sentence) for way, sentence in _repeats(content)] if not problems else []
    if problems:
        raise BadSessionFile(problems)
    return found


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise BadSessionFile([_("%(file)s is larger than 20 MB; split it by review.") % {"file": path.name}])
        return path.read_bytes().decode()
    except OSError as error:
        message = _("%(file)s cannot be opened: %(why)s.")
        raise BadSessionFile([message % {"file": path.name, "why": error.strerror}]) from error
    except UnicodeDecodeError as error:
        message = _("%(file)s is not text in UTF-8 (byte %(at)d). Save it as UTF-8.")
        raise BadSessionFile([message % {"file": path.name, "at": error.start}]) from error


def _construct(path: Path, text: str) -> Any:
    try:
        return yaml.load(text, Loader=_Loader)
    except (yaml.YAMLError, ValueError) as error:
        raise _not_yaml(path, error) from error


def _compose(path: Path, text: str) -> yaml.Node:
    try:
        root = yaml.compose(text, Loader=_Loader)
        # References would let a small file unfold into a huge one; a session file needs none.
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=_Loader)):
            raise BadSessionFile(
                [_("%(file)s uses YAML references (*name). Write each value out.") % {"file": path.name}]
            )
        if root is None:
            raise BadSessionFile([_("%(file)s is empty.") % {"file": path.name}])
        problems = [
            _("%(file)s, line %(line)d: “%(key)s” stands here a second time.")
            % {"file": path.name, "line": key.start_mark.line + 1, "key": key.value}
            for key in _repeated_keys(root)
        ]
        if problems:
            raise BadSessionFile(problems)
        return root
    except (yaml.YAMLError, RecursionError) as error:
        raise _not_yaml(path, error) from error


def _not_yaml(path: Path, error: Exception) -> BadSessionFile:
    mark = getattr(error, "problem_mark", None)
    where = _("line %(n)d") % {"n": mark.line + 1} if mark else _("somewhere")
    what = getattr(error, "problem", None) or str(error) or _("it is nested too deeply")
    message = _("%(file)s is not YAML: %(where)s: %(what)s.")
    return BadSessionFile([message % {"file": path.name, "where": where, "what": what}])


def _repeated_keys(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            if str(key.value) in seen:
                yield key
            seen.add(str(key.value))
            yield from _repeated_keys(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _repeated_keys(item)


@cache
def _validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(
        json.loads(SCHEMA.read_text()), format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    )


def _errors(content: dict[str, Any]) -> list[jsonschema.ValidationError]:
    errors = sorted(_validator().iter_errors(content), key=lambda error: [str(step) for step in error.absolute_path])
    return [_deepest(error) for error in errors[:50]]


def _deepest(error: jsonschema.ValidationError) -> jsonschema.ValidationError:
    """Of an error in one of several allowed shapes, the one that comes closest to what was meant."""
    return jsonschema.exceptions.best_match([error]) or error


def _sentence(error: jsonschema.ValidationError) -> str:
    rule: Any = error.validator_value
    held: Any = error.instance
    value = json.dumps(error.instance, ensure_ascii=False, default=str)
    shown = value if len(value) <= 80 else value[:79] + "…"
    if error.validator == "enum":
        allowed = ", ".join(str(entry) for entry in rule if entry is not None)
        return _("%(value)s is not known here. Use one of: %(allowed)s.") % {"value": shown, "allowed": allowed}
    if error.validator == "required":
        missing = next(name for name in rule if name not in held)
        return _("“%(field)s” is missing.") % {"field": missing}
    if error.validator == "additionalProperties":
        return _("there is a field too many: %(why)s.") % {"why": error.message}
    if error.validator in {"format", "pattern"}:
        wanted = (error.schema.get("description") or error.validator_value) if isinstance(error.schema, dict) else ""
        return _("%(value)s does not have the right form. Expected: %(wanted)s") % {"value": shown, "wanted": wanted}
    return _("%(value)s does not fit: %(why)s.") % {"value": shown, "why": error.message[:200]}


def _repeats(content: dict[str, Any]) -> Iterator[tuple[Path_, str]]:
    """Keys and labels that stand twice where they must be unique."""
    yield from _twice(content["organisations"], "slug", ["organisations"])
    yield from _twice(content["documents"], "key", ["documents"])
    yield from _twice(content["reviews"], "state", ["reviews"])
    for index, review in enumerate(content["reviews"]):
        for part in ("recommendations", "calls", "findings", "areas_of_engagement", "events"):
            yield from _twice(review.get(part, []), "key", ["reviews", index, part])
        yield from _twice(review["recommendations"], "label", ["reviews", index, "recommendations"])


def _twice(rows: list[dict[str, Any]], field: str, way: list[str | int]) -> Iterator[tuple[Path_, str]]:
    seen: set[str] = set()
    for index, row in enumerate(rows):
        value = row.get(field)
        if value is not None and value in seen:
            sentence = _("“%(value)s” is used a second time; each %(field)s stands once.")
            yield [*way, index, field], sentence % {"value": value, "field": field}
        seen.add(str(value))


def _line(root: yaml.Node, path: Path_) -> int:
    """The line, from 1, on which the value at the end of the path begins (or its nearest parent)."""
    node = root
    for step in path:
        below = _child(node, step)
        if below is None:
            break
        node = below
    return int(node.start_mark.line) + 1


def _child(node: yaml.Node, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step]  # type: ignore[no-any-return]
    return None


def _way(path: Path_) -> str:
    """reviews › 1 › recommendations › 3 › status; entries are counted from 1."""
    return " › ".join(str(step + 1) if isinstance(step, int) else step for step in path) or _("the file")
