"""Addresses of joining, and what this installation says about its programmes to other servers."""

from django.urls import path

from fanshare.web.joining import confirming, described, views

urlpatterns = [
    path("join/<slug:programme>", views.join, name="join"),
    path("join/<slug:programme>/fan/<slug:creator>", views.join_fan, name="join_fan"),
    path("join/<slug:programme>/share", views.after_buying, name="join_share"),
    path("join/<slug:programme>/claim", views.claim, name="join_claim"),
    path("join/<slug:programme>/confirm", confirming.confirm, name="join_confirm"),
    path(".well-known/fanshare.json", described.described, name="described"),
]
