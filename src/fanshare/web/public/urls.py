"""Addresses of the public pages."""

from django.urls import path, re_path

from fanshare.web.public import developers, kits, sharing, texts, verifying, views

urlpatterns = [
    path("", views.start, name="start"),
    path("c/<slug:programme>/<slug:creator>", views.creator, name="creator"),
    path("kit/<slug:programme>/<slug:token>", kits.kit, name="kit"),
    path("kit/<slug:programme>/<slug:token>.pdf", kits.paper, name="kit_paper"),
    path("picture/<slug:programme>/<slug:picture>", views.picture, name="picture"),
    path("terms/<slug:programme>", views.terms, name="terms"),
    re_path(r"^why/(?P<token>[A-Za-z0-9_-]{22,128})\Z", views.why, name="why"),
    path("sharing", sharing.general, name="sharing"),
    path("sharing/<slug:programme>", sharing.of_programme, name="sharing_of"),
    path("verify", verifying.verify, name="verify"),
    path("developers", developers.developers, name="developers"),
    path("demo", views.demo, name="demo"),
    path("imprint", texts.text, {"kind": "imprint"}, name="imprint"),
    path("privacy", texts.text, {"kind": "privacy"}, name="privacy"),
    path("accessibility", texts.text, {"kind": "accessibility"}, name="accessibility"),
]
