"""The sentence by which each act is refused to each role reads as plain English."""

import re

import pytest

from accounts.permissions import may
from accounts.roles import MAY, Act, Role
from tests import factories as make

MEMBERS = (Role.VIEWER, Role.EDITOR, Role.REVIEWER, Role.MANAGER)
REFUSED = {
    Act.WRITE_DRAFTS: "you may not write drafts.",
    Act.CHECK: "you may not record that nothing has changed.",
    Act.PUBLISH: "you may not publish a status yourself.",
    Act.REVIEW: "you may not publish a colleague's draft, withdraw a status or redact one.",
    Act.IMPORT: "you may not import documents.",
    Act.SETTLE_NAMES: "you may not settle what names in documents mean, since that holds for everybody.",
    Act.CORRECT: "you may not correct the records of a review.",
    Act.NAME_LEAD: "you may not name the lead organisation of a review.",
    Act.WRITE_BY_API: "you may not have a token that writes in its name.",
    Act.READ_MAIL: "you may not read the mails of this installation.",
}


@pytest.mark.django_db
@pytest.mark.parametrize("act", Act)
@pytest.mark.parametrize("role", MEMBERS)
def test_refusal_reads_as_plain_english(role: Role, act: Act) -> None:
    group = make.make_organisation("Watch Group", asks_review=True)
    person = make.make_person(organisation=group, role=role)
    said = str(may(person, act, organisation=group).reason)
    assert said == ("" if act in MAY[role] else f"As {role.label} of Watch Group {REFUSED[act]}")


@pytest.mark.parametrize("act", Act)
def test_words_of_an_act_speak_to_one_person_of_one_act(act: Act) -> None:
    assert not re.search(r"\b(they|their|them|and)\b", str(act.label))
    assert not re.search(r"\bthe organisation\b", str(act.label))
