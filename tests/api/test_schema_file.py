"""docs/openapi.yaml is the schema that is served; `make schema` writes it anew."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver

from api import conditional

FILE = settings.BASE_DIR / "docs" / "openapi.yaml"


def test_schema_on_file_is_the_one_served(tmp_path: Path, db: None) -> None:
    call_command("spectacular", file=str(tmp_path / "now.yaml"))
    assert FILE.read_text() == (tmp_path / "now.yaml").read_text(), "The API has changed: run make schema, and read."


def views(patterns: Any) -> Any:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern) and hasattr(pattern.callback, "cls"):
            yield pattern.callback.cls


ALL = {view.__name__: view for view in views(get_resolver("api.urls").url_patterns)}


@pytest.mark.parametrize("name", sorted(ALL))
def test_every_resource_says_what_its_answers_change_with(name: str) -> None:
    assert ALL[name].changes_with in {conditional.DATA, conditional.CODE, None}, "see api/conditional.py"
