"""Addresses of recommendations and of what is recorded about them."""

from django.urls import path

from web.recommendations import assessments, correct, matrix, page, to_fill_in

urlpatterns = [
    path("", matrix.recommendation_list, name="recommendation-list"),
    path("to-fill-in/<slug:slug>/", to_fill_in.recommendation_to_fill_in, name="recommendation-to-fill-in"),
    path("assessments/<int:pk>/withdraw/", assessments.withdraw, name="assessment-withdraw"),
    path("assessments/<int:pk>/redact/", assessments.redact, name="assessment-redact"),
    path("checks/<int:pk>/redact/", assessments.redact_check, name="check-redact"),
    path("<slug:public_id>/", page.recommendation_detail, name="recommendation-detail"),
    path("<slug:public_id>/correct/", correct.correct, name="recommendation-correct"),
    path("<slug:public_id>/record/", assessments.record, name="assessment-record"),
    path("<slug:public_id>/check/", assessments.check, name="check-record"),
]
