"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
answer = get_wsgi_application()


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Django, with an end to gunicorn's patience: a thread of its gthread workers waits for ever for a reader that has
    stopped reading, and as many such readers as there are threads would close the site.
    """
    if connection := environ.get("gunicorn.socket"):
        connection.settimeout(settings.SEND_SECONDS)  # for each piece; gunicorn takes it off before the next request
    return answer(environ, start_response)
