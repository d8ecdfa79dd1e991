"""Naming the lead organisation of a review: whose assessments its lists show, from a day on."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import permissions
from accounts.models import Organisation, Person
from accounts.roles import Act
from history.log import Actor
from history.models import Origin
from recommendations import actions
from recommendations.querysets import utc_today
from reviews.days import FIRST_SESSION
from reviews.models import Review
from web.forms import InOurWords


class LeadForm(InOurWords, forms.Form):
    """A verified organisation, or a published source, and the day from which it leads."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Lead organisation"),
        queryset=Organisation.objects.filter(verified=True) | Organisation.objects.filter(kind="published_source"),
        to_field_name="slug",
        help_text=gettext_lazy("Lists show its assessment of each recommendation; the other voices stay beside it."),
    )
    from_day = forms.DateField(
        label=gettext_lazy("From"),
        initial=utc_today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Today or an earlier day; before it the lists show whoever led then."),
    )

    def clean_from_day(self) -> object:
        """No lead from the future: lists would change without anybody doing anything."""
        day = self.cleaned_data["from_day"]
        if day > utc_today():
            raise forms.ValidationError(_("This day has not come yet. Give today or an earlier day."))
        if day < FIRST_SESSION:
            raise forms.ValidationError(_("This day is before the first session of the UPR. Check the year."))
        return day


@login_required
def review_lead(request: HttpRequest, number: str, iso3: str) -> HttpResponse:
    """The form, and naming."""
    person = request.user
    assert isinstance(person, Person)
    review = get_object_or_404(Review.objects.with_names(), session__number=number, state__iso3=iso3)
    permissions.require(person, Act.NAME_LEAD)
    address = reverse("review-detail", args=[number, iso3])
    form = LeadForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.name_lead(
            review=review,
            organisation=form.cleaned_data["organisation"],
            from_day=form.cleaned_data["from_day"],
            by=Actor(person_id=person.pk, origin=Origin.WEB),
        )
        messages.success(request, _("The lead organisation is named; the lists show its assessments."))
        return redirect(address)
    context = {"form": form, "review": review, "breadcrumb": [(str(review), address)]}
    return render(request, "reviews/lead.html", context, status=422 if form.errors else 200)
