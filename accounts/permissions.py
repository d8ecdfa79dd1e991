"""The one place that is asked whether somebody may do something. A refusal carries its reason to the screen."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Person
from accounts.roles import MAY, Act, Role
from states.models import State


@dataclass(frozen=True)
class Decision:
    """Whether, and if not, why not."""

    allowed: bool
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)


def may(
    person: Person | None, act: Act, *, organisation: Organisation | None = None, state: State | None = None
) -> Decision:
    """Whether the person may do this, in the name of that organisation, to a matter of that State."""
    if person is None or not person.is_authenticated:
        return Decision(False, _("Sign in first."))
    if not person.is_active:
        return Decision(False, _("This account has been closed."))
    if act in MAY[Role.ADMINISTRATOR] and person.is_administrator:
        return YES
    if organisation is None:
        return _somewhere(person, act, state)
    if act == Act.REVIEW and person.is_administrator and not _has_reviewers(organisation):
        return YES  # somebody must be able to redact what a published source is quoted with
    return _in(organisation, person, act, state)


def _has_reviewers(organisation: Organisation) -> bool:
    reviewing = [role for role, acts in MAY.items() if Act.REVIEW in acts]
    return organisation.memberships.filter(role__in=reviewing, person__is_active=True).exists()


def may_as_lead(person: Person | None, act: Act, lead: Organisation | None) -> Decision:
    """Whether the person may do this to a matter of a review that this organisation leads, none where none does."""
    decision = may(person, act, organisation=lead)
    is_administrator = person is not None and person.is_authenticated and person.is_administrator
    if decision and lead is None and not is_administrator:
        return Decision(False, _("No organisation leads this review; until one does, an administrator does this."))
    return decision


def require(
    person: Person | None, act: Act, *, organisation: Organisation | None = None, state: State | None = None
) -> None:
    """Raise PermissionDenied with the reason unless `may`."""
    decision = may(person, act, organisation=organisation, state=state)
    if not decision:
        raise PermissionDenied(str(decision.reason))


def voices(person: Person | None, act: Act, state: State | None = None) -> list[Organisation]:
    """The organisations in whose name the person may do this to a matter of that State, or at all."""
    if person is None or not person.is_active:
        return []
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    return [m.organisation for m in memberships if _in(m.organisation, person, act, state, role=Role(m.role))]


def _somewhere(person: Person, act: Act, state: State | None) -> Decision:
    memberships = list(Membership.objects.filter(person=person).select_related("organisation"))
    if not memberships:
        return Decision(False, _("You belong to no organisation here. A manager of yours can add you."))
    decisions = [_in(m.organisation, person, act, state, role=Role(m.role)) for m in memberships]
    return next((decision for decision in decisions if decision), decisions[0])


def _in(
    organisation: Organisation, person: Person, act: Act, state: State | None, role: Role | None = None
) -> Decision:
    if role is None:
        membership = Membership.objects.filter(person=person, organisation=organisation).first()
        if membership is None:
            return Decision(False, _("You do not belong to %(name)s.") % {"name": organisation.public_name})
        role = Role(membership.role)
    if not organisation.verified:
        return speaks_of(organisation, state)
    if not _role_may(role, act, organisation):
        reason = _("As %(role)s of %(name)s you may not %(act)s.")
        return Decision(False, reason % {"role": Role(role).label, "name": organisation.name, "act": Act(act).label})
    return speaks_of(organisation, state)


def speaks_of(organisation: Organisation, state: State | None) -> Decision:
    """Whether anything may be said in an organisation's name on a matter of that State, whoever says it."""
    if not organisation.verified:
        reason = _("%(name)s has not been verified yet; an administrator does that.")
        return Decision(False, reason % {"name": organisation.name})
    if state is not None and not organisation.monitors.filter(pk=state.pk).exists():
        reason = _("%(name)s does not monitor %(state)s; an administrator can add the State.")
        return Decision(False, reason % {"name": organisation.name, "state": state})
    return YES


def _role_may(role: Role, act: Act, organisation: Organisation) -> bool:
    if role == Role.EDITOR and act == Act.PUBLISH:
        return not organisation.asks_review
    return role != Role.ADMINISTRATOR and act in MAY[role]  # theirs are acts on the whole site, given by no membership


def checking_voices(person: Person | None) -> dict[int, list[Organisation]]:
    """By State, the organisations in whose name the person may record a check or a draft; 2 queries at most."""
    if person is None or not person.is_active:
        return {}
    found: dict[int, list[Organisation]] = {}
    memberships = person.memberships.select_related("organisation").prefetch_related("organisation__monitors")
    for membership in memberships:
        organisation = membership.organisation
        if organisation.verified and _role_may(Role(membership.role), Act.CHECK, organisation):
            for state in organisation.monitors.all():
                found.setdefault(state.pk, []).append(organisation)
    return found
