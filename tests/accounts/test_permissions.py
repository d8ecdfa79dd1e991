"""Who may do what: every role and every act, and a reason for every refusal."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from accounts.models import Membership, Organisation, Person
from accounts.permissions import checking_voices, may, require, voices
from accounts.reader import PUBLIC, Reader
from accounts.roles import MAY, SENTENCES, Act, Role
from states.models import State
from tests import factories as make

MEMBERS = (Role.VIEWER, Role.EDITOR, Role.REVIEWER, Role.MANAGER)
# Which members may, in their own verified organisation, to a State it monitors.
TABLE: dict[Act, set[Role]] = {
    Act.WRITE_DRAFTS: {Role.EDITOR, Role.REVIEWER, Role.MANAGER},
    Act.CHECK: {Role.EDITOR, Role.REVIEWER, Role.MANAGER},
    Act.PUBLISH: {Role.EDITOR, Role.REVIEWER, Role.MANAGER},
    Act.REVIEW: {Role.REVIEWER, Role.MANAGER},
    Act.IMPORT: {Role.MANAGER},
    Act.WRITE_BY_API: {Role.EDITOR, Role.REVIEWER, Role.MANAGER},
    Act.CORRECT: {Role.MANAGER},
    Act.SETTLE_NAMES: set(),
    Act.NAME_LEAD: set(),
    Act.READ_MAIL: set(),
}
ADMINISTRATOR = {Act.IMPORT, Act.SETTLE_NAMES, Act.CORRECT, Act.NAME_LEAD, Act.READ_MAIL}
CASES = [(role, act) for role in MEMBERS for act in Act]


@pytest.fixture
def state(db: None) -> State:
    return make.make_state()


@pytest.fixture
def group(state: State) -> Organisation:
    return make.make_organisation("Watch Group", monitors=[state])


def test_tables_speak_of_every_act_and_role() -> None:
    assert set(TABLE) == set(Act)
    assert set(MAY) == set(SENTENCES) == set(Role)


@pytest.mark.parametrize(("role", "act"), CASES)
def test_member_may_what_the_role_says(state: State, group: Organisation, role: Role, act: Act) -> None:
    person = make.make_person(organisation=group, role=role)
    expected = role in TABLE[act]
    for decision in (
        may(person, act, organisation=group, state=state),
        may(person, act, organisation=group),
        may(person, act, state=state),
    ):
        assert bool(decision) is expected
        assert bool(decision.reason) is not expected
    assert voices(person, act, state) == ([group] if expected else [])


@pytest.mark.parametrize("role", MEMBERS)
def test_checking_voices_are_those_of_the_roles_that_check(state: State, group: Organisation, role: Role) -> None:
    person = make.make_person(organisation=group, role=role)
    assert checking_voices(person) == ({state.pk: [group]} if role in TABLE[Act.CHECK] else {})


@pytest.mark.parametrize("act", list(Act))
def test_administrators_role_in_an_organisation_gives_nothing(
    state: State, group: Organisation, act: Act, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make.make_person(organisation=group, role=Role.VIEWER)
    # As if the database's own rule had not been there.
    monkeypatch.setattr(Membership, "role", property(lambda _row: Role.ADMINISTRATOR, lambda _row, _value: None))
    assert not may(person, act, organisation=group, state=state)
    assert not may(person, act)
    assert voices(person, act, state) == []


def test_refusal_names_role_organisation_and_act(state: State, group: Organisation) -> None:
    viewer = make.make_person(organisation=group, role=Role.VIEWER)
    reason = may(viewer, Act.WRITE_DRAFTS, organisation=group, state=state).reason
    assert reason == "As viewer of Watch Group you may not write drafts."


@pytest.mark.parametrize("act", list(Act))
def test_administrator_may_on_the_whole_site_only_what_is_an_administrators(state: State, act: Act) -> None:
    administrator = make.make_person(is_administrator=True)
    decision = may(administrator, act, state=state)
    assert bool(decision) is (act in ADMINISTRATOR)
    assert bool(decision.reason) is (act not in ADMINISTRATOR)


@pytest.mark.parametrize("act", list(Act))
def test_stranger_may_nothing_and_is_told_why(state: State, group: Organisation, act: Act) -> None:
    outsider = make.make_person(organisation=make.make_organisation(monitors=[state]), role=Role.MANAGER)
    unattached = make.make_person()
    for person, sentence in (
        (None, "Sign in first."),
        (AnonymousUser(), "Sign in first."),
        (outsider, "You do not belong to Watch Group."),
        (unattached, "You do not belong to Watch Group."),
    ):
        decision = may(person, act, organisation=group, state=state)  # type: ignore[arg-type]
        assert not decision
        assert decision.reason == sentence
    assert str(may(unattached, act, state=state).reason).startswith("You belong to no organisation here.")
    assert voices(None, act, state) == voices(unattached, act, state) == []
    assert checking_voices(None) == checking_voices(unattached) == {}


def test_collective_name_is_what_a_stranger_is_told(state: State) -> None:
    hidden = make.make_organisation("Real Name", collective_name="Coalition of Groups", monitors=[state])
    reason = str(may(make.make_person(), Act.PUBLISH, organisation=hidden, state=state).reason)
    assert "Real Name" not in reason
    assert "Coalition of Groups" in reason


@pytest.mark.parametrize("role", MEMBERS)
def test_unverified_organisation_may_nothing(state: State, role: Role) -> None:
    unverified = make.make_organisation("New Group", verified=False, monitors=[state])
    person = make.make_person(organisation=unverified, role=role)
    for act in Act:
        decision = may(person, act, organisation=unverified, state=state)
        assert not decision
        assert "has not been verified yet" in str(decision.reason)
        assert voices(person, act, state) == []
    assert checking_voices(person) == {}


def test_state_that_is_not_monitored_is_refused_by_name(state: State, group: Organisation) -> None:
    other = make.make_state("SVN", "Slovenia")
    person = make.make_person(organisation=group, role=Role.MANAGER)
    decision = may(person, Act.PUBLISH, organisation=group, state=other)
    assert not decision
    assert decision.reason == "Watch Group does not monitor Slovenia; an administrator can add the State."
    assert voices(person, Act.PUBLISH, other) == []
    assert checking_voices(person) == {state.pk: [group]}


@pytest.mark.parametrize(("role", "publishes"), [(Role.EDITOR, False), (Role.REVIEWER, True), (Role.MANAGER, True)])
def test_editor_waits_where_the_organisation_asks_for_review(state: State, role: Role, publishes: bool) -> None:
    careful = make.make_organisation("Careful Group", asks_review=True, monitors=[state])
    person = make.make_person(organisation=careful, role=role)
    assert bool(may(person, Act.PUBLISH, organisation=careful, state=state)) is publishes
    assert bool(may(person, Act.WRITE_DRAFTS, organisation=careful, state=state))
    assert voices(person, Act.PUBLISH, state) == ([careful] if publishes else [])


def test_closed_account_may_nothing(state: State, group: Organisation) -> None:
    gone = make.make_person(organisation=group, role=Role.MANAGER, is_active=False, is_administrator=True)
    for act in Act:
        assert may(gone, act, organisation=group, state=state).reason == "This account has been closed."
        assert voices(gone, act, state) == []
    assert checking_voices(gone) == {}


def test_role_in_one_organisation_gives_nothing_in_another(state: State, group: Organisation) -> None:
    person: Person = make.make_person(organisation=group, role=Role.VIEWER)
    second = make.make_organisation("Second Group", monitors=[state])
    make.add_member(person, second, Role.REVIEWER)
    assert not may(person, Act.PUBLISH, organisation=group, state=state)
    assert may(person, Act.PUBLISH, organisation=second, state=state)
    assert may(person, Act.PUBLISH, state=state)
    assert voices(person, Act.PUBLISH, state) == [second]


def test_require_raises_with_the_reason(state: State, group: Organisation) -> None:
    viewer = make.make_person(organisation=group, role=Role.VIEWER)
    with pytest.raises(PermissionDenied, match="As viewer of Watch Group"):
        require(viewer, Act.PUBLISH, organisation=group, state=state)
    require(make.make_person(organisation=group), Act.PUBLISH, organisation=group, state=state)


def test_reader_knows_the_organisations_of_a_person(group: Organisation) -> None:
    person = make.make_person(organisation=group)
    assert Reader(person=person).organisation_ids == [group.pk]
    assert PUBLIC.organisation_ids == []
    assert not PUBLIC.is_clocked
