"""Every address of the API, asked what its schema allows and what it does not: no fault of ours, no answer that the
schema does not tell of.

The few questions of `make test` are the same each time; `make torture` asks more, and others (UPR_TORTURE=number).
"""

import contextlib
import os
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.conf import settings
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as how
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from history import feed
from tests import factories as make

TORTURE = int(os.environ.get("UPR_TORTURE", "0"))
EXAMPLES = TORTURE or 8
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_path(settings.BASE_DIR / "docs" / "openapi.yaml")
FOUND: list[Any] = list(SCHEMA.get_all_operations())
OPERATIONS = {found.ok().label: found.ok() for found in FOUND}
# Things of the small world, so that questions within the rules reach one; those outside them have addresses made up.
THERE = {
    "/recommendations/": {"public_id": "first222"},
    "/reviews/": {"key": "48-KAZ"},
    "/states/": {"iso3": "KAZ"},
    "/sessions/": {"number": "48"},
    "/issues/": {"slug": "upr_info-torture"},
    "/groups/": {"code": "women"},
    "/goals/": {"code": "16.3"},
    "/events/": {"id": "11"},
    "/organisations/": {"slug": "watchers"},
}


def place(label: str, world: SimpleNamespace) -> dict[str, str] | None:
    """What to put into the address of this operation; None where it takes nothing, or made-up things."""
    numbered = {
        "/v1/documents/": {"key": world.report.key},
        "/v1/positions/": {"id": str(world.first.positions.get().pk)},
        "/v1/assessments/": {"id": str(world.first.assessments.latest("pk").pk)},
    }
    return next((there for part, there in (numbered | THERE).items() if part in label), None) if "{" in label else None


@pytest.fixture
def loaded(served: str, world: SimpleNamespace) -> SimpleNamespace:
    """The small world behind the production server, with a person's token that writes."""
    feed.sequence()
    person = make.make_person("Wanda Writer", organisation=world.lead)
    world.lead.monitors.add(world.kaz)
    return SimpleNamespace(address=served, token=make.make_token(person, world.lead), world=world)


@pytest.mark.parametrize("label", OPERATIONS)
def test_whatever_is_asked_is_answered_as_the_schema_says(label: str, loaded: SimpleNamespace) -> None:
    head = {"Authorization": f"Bearer {loaded.token}"}
    known = place(label, loaded.world)
    answered: set[int] = set()
    for mode, there in ((GenerationMode.POSITIVE, known), (GenerationMode.NEGATIVE, None)):

        @how(
            max_examples=EXAMPLES,
            derandomize=not TORTURE,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=OPERATIONS[label].as_strategy(mode, path_parameters=there))
        def ask(case: Any) -> None:
            answer = case.call(base_url=loaded.address, headers=head, timeout=30)
            case.validate_response(answer, checks=CHECKS)
            answered.add(answer.status_code)

        # Nothing can be sent wrong where nothing is taken; something right always can.
        with contextlib.suppress(*[Unsatisfiable] if mode is GenerationMode.NEGATIVE else []):
            ask()
        if mode is GenerationMode.POSITIVE and known and label.startswith("GET "):
            assert 200 in answered  # else what is there was never compared with the schema
