"""Addresses of the start page, search, the language switch, the gallery and the health check."""

from django.urls import path
from django.views.i18n import set_language

from web import gallery
from web.home import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("language/", set_language, name="set_language"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("healthz", views.healthz, name="healthz"),
]
