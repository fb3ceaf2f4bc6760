"""Addresses of signing in, the first page after it, and stopping mail."""

from django.urls import path, re_path

from fanshare.web.account import (
    address,
    leaving,
    mails,
    passkeys,
    provider,
    reading,
    safety,
    settings,
    staff_leaving,
    views,
)

urlpatterns = [
    path("sign-in", views.sign_in, name="sign_in"),
    path("sign-in/confirm", views.confirm, name="sign_in_confirm"),
    path("sign-in/passkey", passkeys.enter, name="passkey_enter"),
    path("sign-in/provider", provider.go, name="provider_go"),
    path("sign-in/provider/back", provider.back, name="provider_back"),
    path("safety/provider", provider.connect, name="provider_connect"),
    path("safety/provider/end", provider.disconnect, name="provider_disconnect"),
    path("sign-out", views.sign_out, name="sign_out"),
    path("language", reading.reading, name="language"),
    path("safety", safety.safety, name="safety"),
    path("safety/app", safety.set_up, name="factor_set_up"),
    path("safety/app/off", safety.take_away, name="factor_take_away"),
    path("safety/codes", safety.codes, name="factor_codes"),
    path("safety/passkeys", passkeys.new, name="passkey_new"),
    path("safety/passkeys/name", passkeys.name, name="passkey_name"),
    path("safety/passkeys/remove", passkeys.remove, name="passkey_remove"),
    path("safety/sessions/end", safety.end, name="session_end"),
    path("address", address.change, name="address"),
    path("address/confirm", address.confirm, name="address_confirm"),
    path("address/undo", address.undo, name="address_undo"),
    path("account/<slug:programme>", leaving.leave, name="leave"),
    path("account/<slug:programme>/mails", mails.mails, name="mails"),
    path("account/<slug:programme>/settings", settings.settings, name="settings"),
    path("account/<slug:programme>/data", leaving.data, name="own_data"),
    path("account/<slug:programme>/team", staff_leaving.leave_brand, name="leave_brand"),
    path("account/<slug:programme>/team/data", staff_leaving.brand_data, name="brand_own_data"),
    path("operator/me", staff_leaving.leave_operator, name="leave_operator"),
    path("operator/me/data", staff_leaving.operator_data, name="operator_own_data"),
    path("home", views.home, name="home"),
    re_path(r"^mail/stop/(?P<token>[A-Za-z0-9_-]{20,200})\Z", views.stop_mail, name="stop_mail"),
]
