"""Addresses in answers: always absolute, so that an answer can be kept and followed later."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request

# Addresses of pages are permanent: they stand in other people's databases. A test compares them with web's.
PAGES = {
    "recommendation": "/recommendations/{}/",
    "review": "/reviews/{}/",
    "state": "/states/{}/",
    "issue": "/issues/{}/",
    "event": "/events/{}/",
}


def absolute(path: str, request: Request | HttpRequest) -> str:
    """The address of a path on this site, by the site's public name where one is set."""
    return f"{settings.SITE_URL}{path}" if settings.SITE_URL else request.build_absolute_uri(path)


def page(kind: str, key: object, request: Request | HttpRequest) -> str:
    """The permanent address of the page about something."""
    return absolute(PAGES[kind].format(key), request)


def resource(name: str, request: Request | HttpRequest, **key: Any) -> str:
    """The address of a resource of the API by the name of its route, without the prefix "api-"."""
    return absolute(reverse(f"api-{name}", kwargs=key or None), request)
