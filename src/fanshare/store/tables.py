"""Which tables exist and what kind each is. The catalogue test compares this with the database, both ways."""

#: Tables without a tenant, and why: they are read before the programme is known, or span programmes.
GLOBAL = frozenset(
    {
        "programme",  # the tenants
        "directory",  # from a public key to its programme
        "installation",  # facts about this installation
        "refused_delivery",  # a refused delivery may name no known endpoint
        "day_key",  # keys of sealed bodies, one a day for all
        "disk_day",  # one disk holds everything
        "exchange_rate",  # one for all
        "spool_position",  # a segment holds records of many programmes
        "operator",  # who runs the installation
        "operator_factor_rule",  # what is asked of her
        "sign_in_link",  # an address may be known to several programmes
        "second_factor",  # and so may who has an app
        "passkey",  # and whose devices hold keys
        "passkey_answer",  # whoever signs in by one is nobody yet
        "sign_in_provider",  # one for the installation, or none
        "provider_link",  # whom it signs in, whatever she is in which programmes
        "address_change",  # and so may whose address changes
        "web_session",  # and so may who signed in
        "outbox",  # a wish to sign in names no programme
        "workbench",  # books hang on an account, whatever it is in which programmes
        "workbench_passkey",  # and whose passkeys open them
        "workbench_row",  # what stands in them
        "workbench_paper",  # and its receipts
        "workbench_feed",  # and its plan as a calendar
        "trust_page",  # and what she shows of herself
        "workbench_due",  # and the days on which something is due in them
        "workbench_mail",  # and whom she lets it mail that
        "workbench_seat",  # who keeps books without any programme
        "dpi_operator",  # who reports for the whole installation
        "dpi_message",  # a report holds sellers of all its programmes
        "dpi_record",  # and what it says of each
        "number_series",  # one issuer may write invoices in several programmes
        "audit",  # operators act for the whole installation
        "public_text",  # the site has one imprint
        "django_migrations",  # Django's own
    }
)

#: Tenant tables whose rows are never changed or removed.
IMMUTABLE = frozenset(
    {
        "appeal",
        "appeal_answer",
        "borne_debt",
        "budget",
        "budget_turn",
        "tax_alert",
        "desk_note",
        "dpi_share",
        "checkpoint",
        "claim",
        "claim_answer",
        "click_seal",
        "code_owner",
        "code_state",
        "connection_state",
        "expense",
        "expense_end",
        "fan_choice",
        "code_plan",
        "creator_group",
        "credit_rule",
        "frozen_context",
        "funding_bill",
        "funding_entry",
        "gift_event",
        "gift_ready",
        "goods_cost",
        "idempotency",
        "link_owner",
        "link_state",
        "log_epoch",
        "log_leaf",
        "log_node",
        "moved_person",
        "old_link",
        "opening",
        "opening_ready",
        "order_state",
        "part_history",
        "payout_booking",
        "payout_event",
        "payout_exchange",
        "payout_item_event",
        "payout_odd",
        "payout_report",
        "period_close",
        "provider_line",
        "provider_movement",
        "provider_report",
        "returns_shown",
        "ruling",
        "sealed_piece",
        "self_bill",
        "self_billing_word",
        "tax_deposit",
        "tax_withheld",
        "terms",
        "transfer",
    }
)

#: Tenant tables whose rows describe how things are now.
MUTABLE = frozenset(
    {
        "account",
        "api_key",
        "application",
        "borne_claim",
        "brand_person",
        "brought_sum",
        "claim_fetch",
        "claim_paper",
        "budget_news",
        "circle",
        "click",
        "click_day",
        "click_sum",
        "code",
        "code_stock",
        "compliance_request",
        "connection",
        "connection_day",
        "creator_page",
        "credit_due",
        "credit_stock",
        "delivery",
        "event_delivery",
        "event_target",
        "factor_rule",
        "fan_shown",
        "fetched_first",
        "foreign_link",
        "funding_bill_paper",
        "funding_bill_series",
        "funding_biller",
        "funding_rule",
        "gift",
        "goal",
        "import_run",
        "joining",
        "joining_code",
        "letter",
        "letter_to",
        "link",
        "log_tree",
        "mail_choice",
        "media_kit",
        "media_kit_source",
        "moving_upload",
        "off_hours",
        "order_click",
        "order_code",
        "order_creator",
        "order_name",
        "page_product",
        "page_section",
        "page_shelf",
        "programme_words",
        "self_bill_paper",
        "self_bill_series",
        "self_billing_issuer",
        "set_up_step",
        "tax_ask",
        "tax_form",
        "part",
        "party_news",
        "party",
        "party_identity",
        "party_leaving",
        "payee_account",
        "payee_currency",
        "payment",
        "payment_name",
        "payout",
        "payout_currency",
        "payout_debtor",
        "payout_rail",
        "payout_item",
        "payout_hold",
        "found_payment",
        "payout_rule",
        "payout_run",
        "payout_run_debtor",
        "payout_stop",
        "person",
        "picture",
        "position",
        "post",
        "post_picture",
        "post_report",
        "product",
        "proof",
        "question_message",
        "question_report",
        "question_thread",
        "scope",
        "scope_sum",
        "settle_due",
        "shop_code",
        "shop_credit",
        "shop_order",
        "thanks",
        "thanks_block",
        "thanks_to",
        "vault_item",
        "vault_key",
        "work_stop",
    }
)

TENANT = IMMUTABLE | MUTABLE
