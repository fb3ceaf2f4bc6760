"""Addresses of the workbench. They name no programme: the books hang on an account."""

from django.urls import path, re_path

from fanshare.web.workbench import before, due, entries, feed, invoices, keeping, limits, locking, pages, plan, posting

urlpatterns = [
    path("workbench", pages.hour, name="workbench"),
    path("workbench/deals", pages.deals, name="workbench_deals"),
    path("workbench/deals/<uuid:entry>", pages.deal, name="workbench_deal"),
    path("workbench/hours", pages.hours, name="workbench_hours"),
    path("workbench/costs", pages.costs, name="workbench_costs"),
    path("workbench/plan", plan.plan, name="workbench_plan"),
    path("workbench/plan/time", plan.limits_of_time, name="workbench_time"),
    path("workbench/due", due.due, name="workbench_due"),
    path("workbench/due/<uuid:entry>", due.owed, name="workbench_owed"),
    path("workbench/invoices", invoices.invoices, name="workbench_invoices"),
    path("workbench/invoices/write", invoices.write, name="workbench_invoice_write"),
    path("workbench/invoices/sender", invoices.sender, name="workbench_sender"),
    path("workbench/invoices/<uuid:entry>", invoices.invoice, name="workbench_invoice"),
    path("workbench/invoices/<uuid:entry>/file.<slug:form>", invoices.download, name="workbench_invoice_file"),
    re_path(r"^calendar/(?P<secret>[A-Za-z0-9_-]{43})\.ics\Z", feed.feed, name="workbench_feed"),
    path("workbench/check", before.contract, name="workbench_check"),
    path("workbench/floor", before.floor, name="workbench_floor"),
    path("workbench/post", posting.post, name="workbench_post"),
    path("workbench/limits", limits.limits, name="workbench_limits"),
    path("workbench/receipt", entries.receipt, name="workbench_receipt"),
    path("workbench/papers/<uuid:paper>", entries.paper, name="workbench_paper"),
    path("workbench/add/<slug:kind>", entries.add, name="workbench_add"),
    path("workbench/entries/<uuid:entry>", entries.change, name="workbench_entry"),
    path("workbench/settings", keeping.settings, name="workbench_settings"),
    path("workbench/export", keeping.export, name="workbench_export"),
    path("workbench/receipts.zip", keeping.receipts_of, name="workbench_receipts"),
    path("workbench/copy", keeping.copy, name="workbench_copy"),
    path("workbench/start", locking.start, name="workbench_start"),
    path("workbench/unlock", locking.unlock, name="workbench_unlock"),
    path("workbench/recover", locking.recover, name="workbench_recover"),
    path("workbench/lock", locking.lock, name="workbench_lock"),
    path("workbench/lock/passphrase", locking.passphrase, name="workbench_passphrase"),
    path("workbench/lock/code", locking.code, name="workbench_code"),
    path("workbench/lock/erase", locking.erase, name="workbench_erase"),
]
