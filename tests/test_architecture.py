"""The rows of apps and the one direction of their arrows: an app knows those below it, never one above or beside it.

import-linter holds the same rows against the modules (`lint-imports`); here are the arrows it cannot see, foreign keys
by name, and the same rows again for what functions import when they run.
"""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from upr_tracker.celery import app

ROOT = Path(settings.BASE_DIR)
# From the top; apps of one row do not know each other.
ROWS: list[set[str]] = [
    {"upr_tracker"},
    {"web", "api"},
    {"imports", "reports", "notifications"},
    {"engagement"},
    {"recommendations"},
    {"reviews"},
    {"accounts"},
    {"states", "issues"},
    {"history"},
]
DEPTH = {name: depth for depth, row in enumerate(ROWS) for name in row}
TOOLS = {"tests", "benchmarks", "manage"}  # they know every app, and no app knows them


def python_files() -> Iterator[Path]:
    """Every module of the apps."""
    for name in DEPTH:
        yield from sorted((ROOT / name).rglob("*.py"))


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """The line and top-level package of each import in a file, wherever it stands, by name too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.lineno, (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "import_string", "__import__"}:
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
            yield from ((node.lineno, word.partition(".")[0]) for word in words)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def test_rows_name_every_app_of_the_project() -> None:
    ours = {config.name for config in apps.get_app_configs() if (ROOT / config.name).is_dir()}
    assert ours == set(DEPTH)
    order = [name for name in settings.INSTALLED_APPS if name in DEPTH]
    assert [DEPTH[name] for name in order] == sorted(DEPTH[name] for name in order)


def test_import_linter_holds_the_same_rows() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(linter["root_packages"]) == set(DEPTH)
    layers = next(contract["layers"] for contract in linter["contracts"] if contract["type"] == "layers")
    assert [{name.strip() for name in layer.split("|")} for layer in layers] == ROWS


@pytest.mark.parametrize("name", sorted(DEPTH))
def test_no_key_points_up(name: str) -> None:
    upward = [
        f"{field.model._meta.label}.{field.name} → {target._meta.label}"
        for model in apps.get_app_config(name).get_models(include_auto_created=True)
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if isinstance(field, models.ForeignKey | models.ManyToManyField)
        for target in _targets(field)
        if not _may_know(name, target._meta.app_label)
    ]
    assert upward == []


def _targets(field: "models.ForeignKey | models.ManyToManyField") -> Iterator[type[models.Model]]:  # type: ignore[type-arg]
    yield field.remote_field.model
    through = getattr(field.remote_field, "through", None)
    if through is not None:
        yield through


def _may_know(name: str, other: str) -> bool:
    """Django's own apps are below everything; a row does not know itself but for the app."""
    return other not in DEPTH or other == name or DEPTH[other] > DEPTH[name]


def test_no_module_imports_up_even_inside_a_function() -> None:
    upward = [
        f"{path.relative_to(ROOT)}:{line} imports {package}"
        for path in python_files()
        for line, package in imported(path)
        if package in TOOLS or not _may_know(path.relative_to(ROOT).parts[0], package)
    ]
    assert upward == []


def test_import_inside_a_function_is_seen(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "import os\n"
        "def f():\n    from web.urls import urlpatterns\n    import notifications.tasks\n"
        "    import_module('api.views')\n    return django.utils.module_loading.import_string('imports.models.X')\n"
    )
    found = [package for _line, package in imported(module)]
    assert sorted(found) == ["api", "imports", "notifications", "os", "web"]


def test_every_model_says_what_it_is() -> None:
    silent = [
        model._meta.label
        for name in DEPTH
        for model in apps.get_app_config(name).get_models()
        if not model.__doc__ or model.__doc__.startswith(f"{model.__name__}(")
    ]
    assert silent == []


def test_every_module_of_models_and_actions_says_what_it_is() -> None:
    named = {"models", "actions", "querysets", "tasks", "derived", "selection"}
    modules = [path for path in python_files() if path.stem in named or path.parent.name == "models"]
    silent = [str(path.relative_to(ROOT)) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))]
    assert len(modules) > 10
    assert silent == []


def test_no_key_deletes_what_history_tells_of() -> None:
    """PROTECT everywhere, but where a row is a part of what it points to."""
    parts = {
        "recommendations.Counted.recommendation",
        "recommendations.RecommendingState.recommendation",
        "recommendations.RecommendationIssue.recommendation",
        "notifications.Follow.person",
        "notifications.Message.person",
    }
    deleting = {
        f"{model._meta.label}.{field.name}"
        for name in DEPTH
        for model in apps.get_app_config(name).get_models()
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.remote_field.on_delete is not models.PROTECT
    }
    assert deleting == parts


def test_no_file_is_longer_than_a_person_reads() -> None:
    files = [*python_files(), *sorted((ROOT / "tests").rglob("*.py"))]
    long = [str(path.relative_to(ROOT)) for path in files if len(path.read_text().splitlines()) >= 600]
    assert long == []


def test_worker_knows_every_task_that_the_clock_starts() -> None:
    app.loader.import_default_modules()
    assert [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in app.tasks] == []


def test_only_a_worker_or_a_command_writes_an_import() -> None:
    """A request may take 15 seconds, and an import of 130,000 rows takes longer: pages only ask for it."""
    writers = {"commit_batch", "undo_batch", "committing", "undoing", "work_on", "import_document"}
    for path in python_files():
        if path.relative_to(ROOT).parts[0] in {"web", "api"}:
            tree = ast.parse(path.read_text())
            names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
            names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
            names |= {each.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for each in node.names}
            assert not names & writers, path
