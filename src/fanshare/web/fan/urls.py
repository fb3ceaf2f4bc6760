"""Addresses of a fan's own pages."""

from django.urls import path

from fanshare.web.fan import share

urlpatterns = [
    path("fan/<slug:programme>/share", share.share, name="fan_share"),
]
