"""All pages, by noun; each noun's package has its own `urls.py`. Public addresses never move."""

from django.urls import include, path

urlpatterns = [
    path("", include("web.home.urls")),
    path("recommendations/", include("web.recommendations.urls")),
    path("reviews/", include("web.reviews.urls")),
    path("states/", include("web.states.urls")),
    path("issues/", include("web.issues.urls")),
    path("events/", include("web.events.urls")),
    path("my-work/", include("web.work.urls")),
    path("imports/", include("web.imports.urls")),
    path("downloads/", include("web.downloads.urls")),
    path("account/tokens/", include("web.tokens.urls")),
    path("releases/", include("web.downloads.release_urls")),
    path("mail/", include("web.mail.urls")),
]
