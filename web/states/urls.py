"""Addresses of States: /states/KAZ/."""

from django.urls import path, re_path

from web.states import views

urlpatterns = [
    path("", views.state_list, name="state-list"),
    re_path(r"^(?P<iso3>[A-Za-z]{3})/$", views.state_detail, name="state-detail"),
]
