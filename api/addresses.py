"""Addresses in answers: always absolute, so that an answer can be kept and followed later."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from rest_framework.request import Request


def absolute(path: str, request: Request | HttpRequest) -> str:
    """The address of a path on this site, by the site's public name where one is set."""
    return f"{settings.SITE_URL or request.build_absolute_uri('/')[:-1]}{path}"


def page(noun: str, request: Request | HttpRequest, *key: object) -> str:
    """The permanent address of the page about something. The API knows a page by the name of its route only."""
    return absolute(reverse(f"{noun}-detail", args=key), request)


def resource(name: str, request: Request | HttpRequest, **key: Any) -> str:
    """The address of a resource of the API by the name of its route, without the prefix "api-"."""
    return absolute(reverse(f"api-{name}", kwargs=key or None), request)
