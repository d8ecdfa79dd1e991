"""Addresses of the API. Within a version they never move, and an answer only grows."""

from django.urls import include, path, re_path
from django.views.generic import TemplateView
from rest_framework.routers import SimpleRouter

from api import bulk, errors, exports, lines, views
from api.resources import changes, dyads, figures, judgements, recommendations, reviews, vocabularies, writing
from api.statuses import StatusView

router = SimpleRouter()
router.register("states", vocabularies.StateResource, "api-state")
router.register("sessions", vocabularies.SessionResource, "api-session")
router.register("reviews", reviews.ReviewResource, "api-review")
router.register("recommendations", recommendations.RecommendationResource, "api-recommendation")
router.register("issues", vocabularies.IssueResource, "api-issue")
router.register("groups", vocabularies.GroupResource, "api-group")
router.register("goals", vocabularies.GoalResource, "api-goal")
router.register("documents", reviews.DocumentResource, "api-document")
router.register("positions", judgements.PositionResource, "api-position")
router.register("assessments", judgements.AssessmentResource, "api-assessment")
router.register("organisations", vocabularies.OrganisationResource, "api-organisation")
router.register("events", reviews.EventResource, "api-event")

ONE = r"^recommendations/(?P<public_id>[0-9a-z]{8})"

version_1 = [
    path("", views.RootView.as_view(), name="api-root"),
    path("recommendations/facets/", figures.FacetsView.as_view(), name="api-recommendation-facets"),
    path("recommendations/aggregate/", figures.AggregateView.as_view(), name="api-recommendation-aggregate"),
    path("dyads/", dyads.DyadResource.as_view({"get": "list"}), name="api-dyad-list"),
    path("statuses/", StatusView.as_view(), name="api-statuses"),
    path("schema/", views.SchemaView.as_view(), name="api-schema"),
    path("docs/", TemplateView.as_view(template_name="api/docs.html"), name="api-docs"),
    path("recommendations.csv", bulk.RecommendationCsv.as_view(), name="api-recommendation-csv"),
    path("releases/", include("api.release_urls")),
    path("recommendations.jsonl", lines.RecommendationLines.as_view(), name="api-recommendation-jsonl"),
    path("dyads.csv", bulk.DyadCsv.as_view(), name="api-dyad-csv"),
    path("exports/", exports.ExportsView.as_view(), name="api-exports"),
    re_path(r"^exports/(?P<key>[0-9a-z]{8})/$", exports.ExportView.as_view(), name="api-export"),
    re_path(r"^exports/(?P<key>[0-9a-z]{8})/file$", exports.ExportFileView.as_view(), name="api-export-file"),
    path("changes/", changes.ChangesView.as_view(), name="api-changes"),
    re_path(f"{ONE}/assessments/$", writing.AssessmentWriting.as_view(), name="api-assessment-writing"),
    re_path(f"{ONE}/checks/$", writing.CheckWriting.as_view(), name="api-check-writing"),
    *router.urls,
]
urlpatterns = [
    path("v1/", include(version_1)),
    # Only where a slash ends the address: without one, CommonMiddleware first tries the address with it.
    re_path(r"^(?:.*/)?$", errors.not_found),
]
