"""The matrix: the list that people work in all day."""

from collections.abc import Mapping, Sequence

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django_htmx.http import push_url

from accounts.models import Organisation
from accounts.permissions import checking_voices
from accounts.reader import Reader
from recommendations.models import Recommendation
from recommendations.selection import UnknownChoice, select
from web.clock import BadDay, reader_at
from web.recommendations import filters
from web.recommendations.rows import rows_of
from web.recommendations.walk import ORDER, remember

PAGE_SIZE = 100


def recommendation_list(request: HttpRequest) -> HttpResponse:
    """The recommendations that the address asks for, newest session first, in the order of their reports."""
    clean = _without_empty(request.GET)
    if clean != request.GET and not request.htmx:  # type: ignore[attr-defined]
        return redirect(_address(request.path, clean))
    try:
        reader = reader_at(request)
        found = select(Recommendation.objects.visible_to(reader), dict(request.GET.lists()), reader)
    except (BadDay, UnknownChoice) as error:
        return _refused(request, str(error))
    paginator = Paginator(found.with_lead(reader).for_list().order_by(*ORDER), PAGE_SIZE)
    page = paginator.get_page(request.GET.get("page"))
    samples = found.filter(is_sample=True).count() if reader.samples else 0
    remember(request, clean)
    speaking = checking_voices(reader.person)
    context = {
        "title": _("Recommendations"),
        "page": page,
        "rows": rows_of(list(page), reader, speaking),
        "to_fill_in": _to_fill_in(speaking, clean),
        "count": paginator.count - samples,
        "samples": samples,
        "reader": reader,
        "chips": filters.chips(request.GET, reader),
        "previous": _page_url(request.GET, page.previous_page_number()) if page.has_previous() else "",
        "next": _page_url(request.GET, page.next_page_number()) if page.has_next() else "",
        "as_of": request.GET.get("as_of", ""),
    }
    if request.htmx:  # type: ignore[attr-defined]
        answer = render(request, "recommendations/list.html#results", context)
        return push_url(answer, _address(request.path, clean))
    return render(request, "recommendations/list.html", context | {"form": filters.FilterForm(request.GET, reader)})


def _to_fill_in(speaking: Mapping[int, Sequence[Organisation]], params: QueryDict) -> list[tuple[Organisation, str]]:
    """The organisations in whose name this list can be filled in as a spreadsheet, each with its address."""
    found = {organisation.slug: organisation for each in speaking.values() for organisation in each}
    return [
        (each, _address(reverse("recommendation-to-fill-in", args=[slug]), params))
        for slug, each in sorted(found.items())
    ]


def _without_empty(params: QueryDict) -> QueryDict:
    """The parameters that say something: a form sends its empty fields too, and an address should be fit to cite."""
    clean = QueryDict(mutable=True)
    for name, values in params.lists():
        said = [value for value in values if value.strip()]
        if said:
            clean.setlist(name, said)
    return clean


def _address(path: str, params: QueryDict) -> str:
    return f"{path}?{params.urlencode()}" if params else path


def _page_url(params: QueryDict, number: int) -> str:
    left = params.copy()
    left["page"] = str(number)
    return "?" + left.urlencode()


def _refused(request: HttpRequest, sentence: str) -> HttpResponse:
    """An address that names an unknown value: said, with the way back, and nothing listed as if it were the answer."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    context = {
        "title": _("Recommendations"),
        "problem": sentence,
        "form": filters.FilterForm(request.GET, reader),
        "reader": reader,
    }
    template = "recommendations/list.html#results" if request.htmx else "recommendations/list.html"  # type: ignore[attr-defined]
    return render(request, template, context, status=400)
