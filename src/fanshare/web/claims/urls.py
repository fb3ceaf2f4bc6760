"""Addresses of claims."""

from django.urls import path

from fanshare.web.claims import claiming

urlpatterns = [
    path("claims/<slug:programme>", claiming.claim, name="claims"),
    path("claims/<slug:programme>/<row:number>/receipt", claiming.receipt, name="claim_receipt"),
    path("claims/<slug:programme>/<row:number>/number", claiming.number, name="claim_number"),
]
