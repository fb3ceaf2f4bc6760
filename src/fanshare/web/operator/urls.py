"""Addresses of an operator's pages."""

from django.urls import path

from fanshare.web.operator import dpi, inbox, looking, people, programmes, writing

urlpatterns = [
    path("operator", looking.health, name="operator_health"),
    path("operator/books", looking.books, name="operator_books"),
    path("operator/inbox", inbox.inbox_of_all, name="operator_inbox"),
    path("operator/inbox/again", inbox.inbox_retry, name="operator_inbox_retry"),
    path("operator/people", people.people, name="operator_people"),
    path("operator/programmes", programmes.all_programmes, name="operator_programmes"),
    path("operator/dac7", dpi.report, name="operator_dpi"),
    path("operator/dac7/<row:number>", dpi.file, name="operator_dpi_file"),
    path("operator/texts", writing.texts, name="operator_texts"),
    path("operator/texts/<slug:kind>/<slug:tag>", writing.text, name="operator_text"),
    path("operator/settings", looking.settings, name="operator_settings"),
    path("operator/audit", writing.audited, name="operator_audit"),
]
