"""Addresses of reviews: /reviews/48/KAZ/."""

from django.urls import path, re_path

from web.reviews import lead, mentions, views

urlpatterns = [
    path("", views.review_list, name="review-list"),
    # The key that the API gives a review leads to the same page.
    re_path(r"^(?P<number>\d{1,3})-(?P<iso3>[A-Za-z]{3})/$", views.review_by_key, name="review-by-key"),
    re_path(r"^(?P<number>\d{1,3})/(?P<iso3>[A-Za-z]{3})/$", views.review_detail, name="review-detail"),
    re_path(r"^(?P<number>\d{1,3})/(?P<iso3>[A-Z]{3})/mentions/$", mentions.review_mentions, name="review-mentions"),
    re_path(r"^(?P<number>\d{1,3})/(?P<iso3>[A-Z]{3})/lead/$", lead.review_lead, name="review-lead"),
]
