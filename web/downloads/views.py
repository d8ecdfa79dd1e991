"""Taking a list away: as a stream at once, or as a file that a worker makes. Everybody may, without signing in."""

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.askers import asker
from accounts.reader import Reader
from recommendations import selection
from recommendations.selection import UnknownChoice
from reports import exports
from reports.files import media_type
from reports.models import Export
from reports.questions import Question
from web.clock import BadDay, reader_at
from web.recommendations.filters import chips

DAYS = ("as_of", "known_on")
TABLES = {
    "recommendations": gettext_lazy("One row for each recommendation"),
    "dyads": gettext_lazy("One row for each recommendation and State that made it"),
}
STREAMS = (
    ("api-recommendation-csv", gettext_lazy("CSV, one row for each recommendation")),
    ("api-dyad-csv", gettext_lazy("CSV, one row for each recommendation and State that made it")),
    ("api-recommendation-jsonl", gettext_lazy("JSON Lines, as the API answers")),
)


def download_list(request: HttpRequest) -> HttpResponse:
    """What the address asks for, in every form; a POST has a file made of it."""
    try:
        # Invented data is for looking at; a file goes on to people who were never told what is in it.
        reader = reader_at(request).without_samples()
        question = question_of(request.GET, reader, request.POST.get("table", "recommendations"))
        count = question.rows().count()
    except (BadDay, UnknownChoice) as error:
        return render(request, "downloads/list.html", {"problem": str(error)}, status=400)
    if request.method == "POST":
        return ask(request, question)
    context = {
        "count": count,
        "chips": chips(request.GET, reader),
        "streams": streams(request.GET),
        "tables": TABLES,
        "formats": Export.Format.choices,
        "days": settings.EXPORT_DAYS,
        "query": request.GET.urlencode(),
    }
    return render(request, "downloads/list.html", context)


def question_of(params: QueryDict, reader: Reader, table: str) -> Question:
    """The question in an address. Raises Http404 for a table that is not offered."""
    if table not in TABLES:
        raise Http404
    filters = {name: params.getlist(name) for name in selection.FILTERS if any(params.getlist(name))}
    days = {name: day.isoformat() for name in DAYS if (day := getattr(reader, name))}
    return Question(table, filters, samples=reader.samples, **days)


def ask(request: HttpRequest, question: Question) -> HttpResponse:
    """Have the file made, and show how far it is."""
    form = request.POST.get("format", "")
    if form not in Export.Format.values:
        raise Http404
    try:
        return redirect("download-detail", key=exports.ask(question, form, asker=asker(request)).key)
    except exports.TooManyOfOne:
        problem = _("%(n)d files that were asked for from your address are waiting. Ask again when one is made.")
        return render(request, "downloads/list.html", {"problem": problem % {"n": exports.MOST_OF_ONE}}, status=429)
    except exports.QueueFull:
        problem = _("Many files are waiting to be made. Try again in some minutes, or take CSV at once.")
        return render(request, "downloads/list.html", {"problem": problem}, status=503)


def streams(params: QueryDict) -> list[tuple[str, str]]:
    """The addresses that stream what this page asks for, with their names."""
    asked = {name for name in (*selection.FILTERS, *DAYS) if any(params.getlist(name))}
    query = QueryDict(mutable=True)
    for name in sorted(asked):
        query.setlist(name, params.getlist(name))
    found = []
    for route, words in STREAMS:
        try:
            found.append((f"{reverse(route)}?{query.urlencode()}".rstrip("?"), str(words)))
        except NoReverseMatch:
            continue
    return found


def download_detail(request: HttpRequest, key: str) -> HttpResponse:
    """One file: how far it is, and where to fetch it."""
    export = get_object_or_404(Export, key=key)
    context = {"export": export, "breadcrumb": [(_("Download"), reverse("download-list"))]}
    if request.htmx and export.is_busy:  # type: ignore[attr-defined]
        return render(request, "downloads/detail.html#progress", context)
    answer = render(request, "downloads/detail.html", context)
    if request.htmx:  # type: ignore[attr-defined]
        answer["HX-Refresh"] = "true"  # it is made
    return answer


def download_file(request: HttpRequest, key: str) -> FileResponse:
    """The file itself."""
    export = get_object_or_404(Export, key=key, status=Export.Status.DONE)
    try:
        content = export.file.open("rb")
    except FileNotFoundError as error:  # deleted this moment
        raise Http404 from error
    return FileResponse(
        content, as_attachment=True, filename=export.file_name, content_type=media_type(export.file_name)
    )
