"""Addresses of appeals."""

from django.urls import path

from fanshare.web.appeals import objecting

urlpatterns = [
    path("object/<slug:programme>/<slug:token>", objecting.object_to, name="object"),
]
