"""Tokens for the API, under the account."""

from django.urls import path

from web.tokens import views

urlpatterns = [
    path("", views.token_list, name="token-list"),
    path("make/", views.token_make, name="token-make"),
    path("<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
