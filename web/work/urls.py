"""A person's own pages."""

from django.urls import path

from web.work import views

urlpatterns = [
    path("", views.work_overview, name="work-overview"),
    path("notices/read/", views.notices_read, name="notices-read"),
    path("follows/", views.work_follows, name="work-follows"),
    path("follows/toggle/", views.follow_toggle, name="follow-toggle"),
    path("follows/erase/", views.follows_erase, name="follows-erase"),
    path("preferences/", views.preferences, name="work-preferences"),
]
