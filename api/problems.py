"""Whatever refuses a question under /api/, the answer is a problem document: also where no view of ours was reached."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.errors import problem

# What Django itself refuses, with pages for people.
WORDS = {
    400: gettext_lazy("This request could not be read: its address, host or length makes no sense here."),
    403: gettext_lazy("This is not allowed here."),
    404: gettext_lazy("Nothing is found at this address."),
    500: gettext_lazy("Something failed here, and it has been recorded. Try again later."),
}


class ProblemMiddleware:
    """Puts a problem document in place of a page that says what is wrong."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_page = response.status_code >= 400 and response.get("Content-Type", "").startswith("text/html")
        if not is_page or not request.path_info.startswith("/api/"):
            return response
        return problem(response.status_code, str(WORDS.get(response.status_code, _("This request was refused."))))
