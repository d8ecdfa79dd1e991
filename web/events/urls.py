"""Addresses of events."""

from django.urls import path

from web.events import views

urlpatterns = [
    path("", views.event_list, name="event-list"),
    path("<int:pk>/", views.event_detail, name="event-detail"),
]
