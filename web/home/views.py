"""The start page, search, and the health check."""

from urllib.parse import urlencode

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, what changed last, the review at hand, and search."""
    return render(request, "home/home.html")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search is the list of recommendations, narrowed by words."""
    words = request.GET.get("q", "").strip()
    address = reverse("recommendation-list")
    return redirect(f"{address}?{urlencode({'search': words})}" if words else address)


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" when the web process answers and the database does too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
