"""Recording: a status, a draft, a check; and taking back: withdrawing, redacting."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.reader import PUBLIC
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from recommendations import actions
from recommendations.models import Assessment, Check, Recommendation
from web.errors import gone
from web.recommendations.forms import AssessmentForm, BasisFormSet, CheckForm
from web.recommendations.page import Desk, desk_of, find, show


def actor(person: Person, organisation: Organisation) -> Actor:
    """The person at work in a page, in the organisation's name."""
    return Actor(person_id=person.pk, organisation_id=organisation.pk, origin=Origin.WEB)


@login_required
@require_http_methods(["GET", "POST"])
def record(request: HttpRequest, public_id: str) -> HttpResponse:
    """Publish a status, or keep or throw away its draft; what was typed comes back with what is wrong with it."""
    recommendation = find(public_id, request.reader)  # type: ignore[attr-defined]
    if recommendation.removed_at is not None:
        return gone(request)
    if request.method == "GET":
        return redirect(f"{_address(recommendation)}#record")
    voice = _voice(request, request.POST.get("voice", ""))
    act = request.POST.get("act", "publish")
    if act not in {"publish", "draft", "discard", "more"}:
        raise BadRequest(_("This form was sent in a way that it does not know."))
    needed = Act.PUBLISH if act == "publish" else Act.WRITE_DRAFTS
    permissions.require(_person(request), needed, organisation=voice, state=recommendation.review.state)
    desk = desk_of(request, recommendation, slug=voice.slug)
    form = desk.form = AssessmentForm(request.POST)
    if act == "discard":
        return _discard(request, recommendation, voice, desk)
    bases = desk.bases = BasisFormSet(request.POST, prefix="bases", recommendation=recommendation)
    if act == "more":
        return _one_more(request, recommendation, desk)
    if _complete(form, bases, publish=act == "publish"):
        try:
            _do(request, recommendation, voice, form, bases, publish=act == "publish")
        except actions.Overtaken as overtaken:
            return _conflict(request, recommendation, desk, overtaken)
        except ValidationError as error:
            _attach(form, error)
        else:
            return redirect(_address(recommendation))
    return show(request, recommendation, request.reader, desk, status=422)  # type: ignore[attr-defined]


@login_required
@require_POST
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Looked again, no change: recorded in one act, for today unless another day is given."""
    recommendation = find(public_id, request.reader)  # type: ignore[attr-defined]
    if recommendation.removed_at is not None:
        return gone(request)
    form = CheckForm(request.POST, prefix="check")
    voice = _voice(request, request.POST.get("check-voice", ""))
    permissions.require(_person(request), Act.CHECK, organisation=voice, state=recommendation.review.state)
    today = timezone.localdate()
    if form.is_valid():
        try:
            actions.record_check(
                recommendation=recommendation,
                voice=voice,
                day=form.cleaned_data["day"] or today,
                line=form.cleaned_data["line"],
                by=actor(_person(request), voice),
                today=today,
            )
        except ValidationError as error:
            _attach(form, error)
        else:
            messages.success(
                request, _("Noted: looked again at %(name)s, no change.") % {"name": str(recommendation)[:80]}
            )
            return redirect(_back(request, recommendation))
    desk = desk_of(request, recommendation, slug=voice.slug)
    desk.check = form
    return show(request, recommendation, request.reader, desk, status=422)  # type: ignore[attr-defined]


@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then withdraw a status."""
    assessment = _assessment(pk)
    return _ask(
        request,
        "recommendations/withdraw.html",
        assessment,
        lambda by: actions.withdraw_assessment(assessment=assessment, by=by),
        _("The status is withdrawn. The history shows that it stood here."),
    )


@login_required
def redact(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then remove a reason and its bases for good."""
    assessment = _assessment(pk)
    return _ask(
        request,
        "recommendations/redact.html",
        assessment,
        lambda by: actions.redact_assessment(assessment=assessment, by=by),
        _("The reason and its sources are removed for good."),
    )


@login_required
def redact_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then remove the line of a check for good."""
    found = Check.objects.select_related("voice", "recommendation__review__state").filter(pk=pk).first()
    if found is None:
        raise Http404
    return _ask(
        request,
        "recommendations/redact_check.html",
        found,
        lambda by: actions.redact_check(check=found, by=by),
        _("The line is removed for good."),
    )


def _ask(
    request: HttpRequest,
    template: str,
    target: Assessment | Check,
    act: Callable[[Actor], object],
    done: str,
) -> HttpResponse:
    """Show what would happen on GET; do it on POST, if the person may."""
    person = _person(request)
    recommendation = find(target.recommendation.public_id, request.reader)  # type: ignore[attr-defined]
    permissions.require(person, Act.REVIEW, organisation=target.voice)
    if request.method == "POST":
        act(actor(person, target.voice))
        messages.success(request, done)
        return redirect(f"{_address(recommendation)}#voices")
    return render(request, template, {"target": target, "r": recommendation})


def _assessment(pk: int) -> Assessment:
    found: Assessment | None = (
        Assessment.objects.select_related("voice", "recommendation__review__state").filter(pk=pk).first()
    )
    if found is None:
        raise Http404
    return found


def _voice(request: HttpRequest, slug: str) -> Organisation:
    """The organisation in whose name the person acts; one that is not theirs is not found."""
    found = Organisation.objects.filter(slug=slug, memberships__person=_person(request)).first()
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user


def _back(request: HttpRequest, recommendation: Recommendation) -> str:
    """To the list that the check was noted in, at its row; else to the recommendation."""
    target = request.POST.get("next", "")
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return f"{target}#row-{recommendation.public_id}"
    return _address(recommendation)


def _address(recommendation: Recommendation) -> str:
    return reverse("recommendation-detail", args=[recommendation.public_id])


def _complete(form: AssessmentForm, bases: Any, *, publish: bool) -> bool:
    valid = form.is_valid() & bases.is_valid()
    if publish:
        form.require_complete()
        bases.require_complete()
        if bases.is_valid() and not bases.contents():
            sentence = _("Say what this rests on: at least one basis.")
            if bases.forms:
                bases.forms[0].add_error("kind", sentence)  # beside the field, where there is one
            else:
                form.add_error(None, sentence)
    return valid and form.is_valid() and all(not one.errors for one in bases.forms)


def _do(
    request: HttpRequest,
    recommendation: Recommendation,
    voice: Organisation,
    form: AssessmentForm,
    bases: Any,
    *,
    publish: bool,
) -> None:
    by = actor(_person(request), voice)
    if publish:
        made = actions.publish_assessment(
            recommendation=recommendation,
            voice=voice,
            content=form.content(bases.contents()),
            based_on=form.cleaned_data["based_on"],
            draft_version=form.cleaned_data["version"],
            by=by,
            today=timezone.localdate(),
        )
        _tell_published(request, made)
    else:
        actions.save_draft(
            recommendation=recommendation,
            organisation=voice,
            content=form.draft_content(bases.drafts()),
            based_on=form.cleaned_data["based_on"],
            version=form.cleaned_data["version"],
            by=by,
        )
        messages.success(request, _("The draft is saved. Only your organisation sees it."))


def _tell_published(request: HttpRequest, made: Assessment) -> None:
    """Say what was done; one dated back went into the history and changes nothing that is shown."""
    same = Assessment.objects.filter(recommendation=made.recommendation_id, voice=made.voice_id)
    stands = same.held(PUBLIC).current().first()
    if stands is None or stands == made:
        messages.success(request, _("The status is published."))
        return
    sentence = _("The status is recorded in the history. “%(status)s” since %(day)s is later, and still stands.")
    day = formats.date_format(stands.holds_from, "DATE_FORMAT")
    messages.info(request, sentence % {"status": stands.get_status_display(), "day": day})


def _discard(request: HttpRequest, recommendation: Recommendation, voice: Organisation, desk: Desk) -> HttpResponse:
    assert desk.form is not None
    desk.form.is_valid()
    version = desk.form.cleaned_data.get("version")
    desk.bases = BasisFormSet(request.POST, prefix="bases", recommendation=recommendation)
    try:
        actions.discard_draft(recommendation=recommendation, organisation=voice, version=version)
    except actions.Overtaken as overtaken:
        return _conflict(request, recommendation, desk, overtaken)
    messages.success(request, _("The draft is thrown away."))
    return redirect(f"{_address(recommendation)}#record")


def _one_more(request: HttpRequest, recommendation: Recommendation, desk: Desk) -> HttpResponse:
    """Without script: the same form with one more basis; nothing is checked and nothing saved."""
    data = request.POST.copy()
    data["bases-TOTAL_FORMS"] = str(min(len(desk.bases.forms) + 1, 20))
    initial = {name: data.get(name, "") for name in AssessmentForm.base_fields}
    desk.form = AssessmentForm(initial=initial)
    shown = BasisFormSet(data, prefix="bases", recommendation=recommendation)
    values = [{name: form[name].value() for name in form.fields} for form in shown.forms]
    desk.bases = BasisFormSet(prefix="bases", recommendation=recommendation, initial=values)
    return show(request, recommendation, request.reader, desk)  # type: ignore[attr-defined]


def _conflict(
    request: HttpRequest, recommendation: Recommendation, desk: Desk, overtaken: actions.Overtaken
) -> HttpResponse:
    """Somebody was quicker: show what they saved beside what was typed, which a second press then saves on top."""
    assert desk.form is not None
    assert desk.voice is not None
    latest = actions.latest_of(recommendation, desk.voice)
    desk.is_overtaken = True
    desk.conflict = overtaken.current
    desk.form.put(based_on=latest.pk if latest else None, version=desk.draft.version if desk.draft else None)
    return show(request, recommendation, request.reader, desk, status=409)  # type: ignore[attr-defined]


def _attach(form: Any, error: ValidationError) -> None:
    """Put an action's complaints beside the fields they are about."""
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for name, sentences in found.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)
