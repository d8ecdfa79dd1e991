"""Addresses of the API. Within a version they never move, and an answer only grows."""

from django.urls import include, path, re_path
from django.views.generic import TemplateView
from rest_framework.routers import SimpleRouter

from api import errors, views

router = SimpleRouter()
router.register("states", views.StateResource, "api-state")
router.register("sessions", views.SessionResource, "api-session")
router.register("reviews", views.ReviewResource, "api-review")
router.register("recommendations", views.RecommendationResource, "api-recommendation")
router.register("issues", views.IssueResource, "api-issue")
router.register("groups", views.GroupResource, "api-group")
router.register("goals", views.GoalResource, "api-goal")
router.register("events", views.EventResource, "api-event")

version_1 = [
    path("", views.RootView.as_view(), name="api-root"),
    path("schema/", views.SchemaView.as_view(), name="api-schema"),
    path("docs/", TemplateView.as_view(template_name="api/docs.html"), name="api-docs"),
    *router.urls,
]
urlpatterns = [
    path("v1/", include(version_1)),
    # Only where a slash ends the address: without one, CommonMiddleware first tries the address with it.
    re_path(r"^(?:.*/)?$", errors.not_found),
]
