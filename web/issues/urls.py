"""Addresses of issues, groups of persons and goals."""

from django.urls import path

from web.issues import views

urlpatterns = [
    path("", views.issue_list, name="issue-list"),
    path("groups/<slug:code>/", views.group_detail, name="group-detail"),
    path("goals/<str:code>/", views.goal_detail, name="goal-detail"),
    path("<slug:slug>/", views.issue_detail, name="issue-detail"),
]
