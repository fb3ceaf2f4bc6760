"""Addresses of where money goes."""

from django.urls import path, re_path

from fanshare.web.payee import billing, naming, tax_form, tax_year, undoing

urlpatterns = [
    re_path(r"^payee/undo/(?P<token>[A-Za-z0-9_-]{20,200})\Z", undoing.undo, name="payee_undo"),
    path("payee/<slug:programme>/billing", billing.billing, name="payee_billing"),
    path("payee/<slug:programme>/billing/<row:number>.<slug:form>", billing.document, name="payee_bill"),
    path("payee/<slug:programme>", naming.where, name="payee"),
    path("payee/<slug:programme>/tax", tax_form.tax, name="payee_tax"),
    path("payee/<slug:programme>/year", tax_year.year, name="payee_tax_year"),
]
