"""Addresses of claims."""

from django.urls import path

from fanshare.web.claims import claiming

urlpatterns = [
    path("claims/<slug:programme>", claiming.claim, name="claims"),
]
