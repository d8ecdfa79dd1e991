"""A person's tokens for the API: made after the password was given again, shown once, revoked at any time."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions, tokens
from accounts.models import Organisation, Person, Token
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from web.tokens.forms import TokenForm


@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    """The person's own tokens, those that open something first; nobody else sees them."""
    found = Token.objects.filter(user=_person(request)).select_related("organisation")
    living = [token for token in found if token.is_living]
    ended = [token for token in found if not token.is_living][:20]
    return render(request, "tokens/list.html", {"living": living, "ended": ended})


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # ships no types
def token_make(request: HttpRequest) -> HttpResponse:
    """Make one; its text is on the page that answers, and never again anywhere."""
    person = _person(request)
    form = TokenForm(request.POST or None, organisations=permissions.voices(person, Act.WRITE_BY_API))
    if request.method == "POST" and form.is_valid():
        organisation = form.organisation
        if organisation is not None:
            permissions.require(person, Act.WRITE_BY_API, organisation=organisation)
        try:
            token, text = tokens.make_token(
                person=person,
                name=form.cleaned_data["name"],
                days=int(form.cleaned_data["days"]),
                organisation=organisation,
                by=_actor(person, organisation),
            )
        except ValidationError as error:
            for name, sentences in error.message_dict.items():
                form.add_error(name, sentences)
        else:
            return render(request, "tokens/made.html", {"token": token, "text": text})
    return render(request, "tokens/make.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of one's own."""
    person = _person(request)
    token = get_object_or_404(Token.objects.select_related("organisation"), pk=pk, user=person)
    tokens.revoke_token(token=token, by=_actor(person, token.organisation))
    messages.success(request, _("“%(name)s” is revoked: it opens nothing any more.") % {"name": token.name})
    return redirect("token-list")


def _actor(person: Person, organisation: Organisation | None) -> Actor:
    return Actor(person_id=person.pk, organisation_id=organisation.pk if organisation else None, origin=Origin.WEB)


def _person(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    return request.user
