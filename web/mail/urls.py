"""Addresses of the mails of a local installation."""

from django.urls import path

from web.mail import views

urlpatterns = [path("", views.mail_list, name="mail-list"), path("<str:name>/", views.mail_detail, name="mail-detail")]
