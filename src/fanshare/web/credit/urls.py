"""Addresses of shop credit."""

from django.urls import path

from fanshare.web.credit import keeping

urlpatterns = [
    path("credit/<slug:programme>", keeping.keep, name="credit"),
]
