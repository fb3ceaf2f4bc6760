"""Addresses of a brand's pages."""

from django.urls import path

from fanshare.web.brand import connections

urlpatterns = [
    path("connections", connections.everywhere, name="all_connections"),
    path("brand/<slug:programme>/connections", connections.connections, name="connections"),
]
