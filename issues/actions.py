"""Settling what labels of vocabularies mean: once, for everybody. `folded` is the form in which labels are compared."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from history.log import Actor, record
from issues import events
from issues.models import Issue, IssueAlias, PersonGroup, PersonGroupAlias

LONGEST = 200


@transaction.atomic
def add_issue_label(*, issue: Issue, text: str, folded: str, by: Actor) -> IssueAlias:
    """Have this label lead to the issue from now on, within its scheme; one that does so already is left as it is.

    Raises ValidationError where it leads to another issue of the scheme, or has no letters.
    """
    text = _label(text, folded)
    try:
        with transaction.atomic():
            alias = IssueAlias.objects.create(issue=issue, scheme=issue.scheme, text=text, folded=folded)
    except IntegrityError:
        held = IssueAlias.objects.select_related("issue").get(scheme=issue.scheme, folded=folded)
        if held.issue_id != issue.pk:
            raise _taken(text, held.issue) from None
        return held
    record(events.ISSUE_LABEL_ADDED, issue, by=by, new={"alias": alias.pk})
    return alias


@transaction.atomic
def add_group_label(*, group: PersonGroup, text: str, folded: str, by: Actor) -> PersonGroupAlias:
    """Have this label lead to the group of persons from now on; one that does so already is left as it is.

    Raises ValidationError where it leads to another group, or has no letters.
    """
    text = _label(text, folded)
    try:
        with transaction.atomic():
            alias = PersonGroupAlias.objects.create(group=group, text=text, folded=folded)
    except IntegrityError:
        held = PersonGroupAlias.objects.select_related("group").get(folded=folded)
        if held.group_id != group.pk:
            raise _taken(text, held.group) from None
        return held
    record(events.GROUP_LABEL_ADDED, group, by=by, new={"alias": alias.pk})
    return alias


def _label(text: str, folded: str) -> str:
    text = text.strip()
    if not folded or len(text) > LONGEST:
        raise ValidationError(_("“%(label)s” is no label of a term.") % {"label": text[:60]})
    return text


def _taken(text: str, term: Issue | PersonGroup) -> ValidationError:
    return ValidationError(_("“%(label)s” leads to “%(term)s” already.") % {"label": text, "term": term})
