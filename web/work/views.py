"""My work: what I am told, what I have begun, what I follow, and what I may do."""

from dataclasses import dataclass

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import Membership, Person
from accounts.roles import SENTENCES, Role
from notifications import actions, sentences
from notifications.following import Followable, followables
from notifications.models import Follow, Message
from recommendations.models import Draft
from web.work.forms import PreferencesForm

FOLLOWABLE = {
    "recommendation": "recommendations.Recommendation",
    "review": "reviews.Review",
    "state": "states.State",
    "issue": "issues.Issue",
}


@dataclass(frozen=True)
class RoleLine:
    """A role of the person's, in words."""

    organisation: str
    role: str
    sentence: str
    states: str


@login_required
def work_overview(request: HttpRequest) -> HttpResponse:
    """Notices, drafts of my organisations, and my roles in sentences."""
    person = _person(request)
    reader = request.reader  # type: ignore[attr-defined]
    notices = list(Message.objects.filter(person=person).select_related("event")[:50])
    mine = Draft.objects.filter(organisation__in=reader.organisation_ids, recommendation__removed_at__isnull=True)
    drafts = mine.select_related(
        "recommendation__review__session", "recommendation__review__state", "organisation", "saved_by"
    )
    context = {
        "notices": sentences.describe(notices),
        "unread": Message.objects.filter(person=person, read_at__isnull=True).count(),
        "drafts": drafts.order_by("-saved_at")[:100],
        "roles": _roles(person),
    }
    return render(request, "work/overview.html", context)


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark every notice as read."""
    actions.mark_read(person=_person(request))
    return redirect("work-overview")


@login_required
def work_follows(request: HttpRequest) -> HttpResponse:
    """What I follow, and how to stop."""
    person = _person(request)
    rows = Follow.objects.filter(person=person).select_related(
        "recommendation__review__session",
        "recommendation__review__state",
        "review__session",
        "review__state",
        "state",
        "issue",
    )
    things = [Followable(*_thing(row), is_followed=True) for row in rows]
    return render(request, "work/follows.html", {"things": things})


@login_required
@require_POST
def follow_toggle(request: HttpRequest) -> HttpResponse:
    """Follow, or stop following, one thing; the button itself comes back where there is script."""
    person = _person(request)
    kind, number = request.POST.get("kind", ""), request.POST.get("id", "")
    if kind not in FOLLOWABLE or not number.isascii() or not number.isdigit() or len(number) > 18:
        raise Http404
    target = get_object_or_404(apps.get_model(FOLLOWABLE[kind]), pk=int(number))
    change = actions.unfollow if request.POST.get("act") == "unfollow" else actions.follow
    change(person=person, target=target)
    if request.htmx:  # type: ignore[attr-defined]
        thing = followables(person, [(target, str(target))])[0]
        return render(request, "components/follow_button.html", {"thing": thing})
    return redirect(_back(request))


@login_required
@require_POST
def follows_erase(request: HttpRequest) -> HttpResponse:
    """Stop following everything; no trace of it is kept."""
    actions.unfollow_all(person=_person(request))
    messages.success(request, _("You follow nothing any more, and nothing is kept of what you followed."))
    return redirect("work-follows")


@login_required
def preferences(request: HttpRequest) -> HttpResponse:
    """Language, time zone, and whether subject lines name a topic."""
    person = _person(request)
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your preferences are saved."))
        return redirect("work-preferences")
    return render(request, "work/preferences.html", {"form": form}, status=422 if form.errors else 200)


def _thing(row: Follow) -> tuple[str, int, str]:
    for kind in FOLLOWABLE:
        target = getattr(row, kind)
        if target is not None:
            return kind, target.pk, f"{target} · {target.review}" if kind == "recommendation" else str(target)
    raise ValueError(f"Follow {row.pk} points nowhere.")


def _roles(person: Person) -> list[RoleLine]:
    lines = []
    rows = Membership.objects.filter(person=person).select_related("organisation")
    for row in rows.prefetch_related("organisation__monitors"):
        states = ", ".join(state.local_name for state in row.organisation.monitors.all())
        role = Role(row.role)
        lines.append(RoleLine(row.organisation.name, str(role.label), str(SENTENCES[role]), states))
    if person.is_administrator:
        role = Role.ADMINISTRATOR
        lines.append(RoleLine(_("The whole site"), str(role.label), str(SENTENCES[role]), ""))
    return lines


def _back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return f"{target}#follow" if safe else reverse("work-follows")


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
