"""Which columns of which tables are edited behind the books' back, and why the others are left alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What is edited of a table, which checks are asked first, and by which words an offence may name a row."""

    first: tuple[str, ...]
    words: tuple[str, ...]
    #: Columns that nothing depends on, each with the reason why.
    left_out: dict[str, str]
    duplicates: bool = False
    deletes: bool = True


NUMBER = "a row's number, which nothing reads; what is ordered by it is ordered in the log too"
MOMENT = "when a row was written, for the operator's eyes"
AT_THE_SHOP = "how the shop knows it; whom it counts for stands elsewhere"
WORK = "what is left to do at the shop; it decides about no share"
STATISTICS = "counts visits, decides about no share"

TABLES: dict[str, Table] = {
    "transfer": Table(
        ("postings", "balances", "positions"),
        (
            "transfer {id}",
            "posting {posting}",
            "account {debit_account_id}",
            "account {credit_account_id}",
            "payout {payout_id}",
            "gift {gift_id}",
            "position of order {order_id},",
        ),
        {"id": NUMBER},
        duplicates=True,
    ),
    "account": Table(("balances", "postings", "zero sum"), ("account {id}", "transfer", "transfers with accounts"), {}),
    "position": Table(
        ("positions", "settlements", "shares"),
        ("position of order {order_id},", "order {order_id},"),
        {"id": NUMBER, "why_token": "the address of a page; it says nothing about money"},
    ),
    "log_leaf": Table(("leaves",), ("leaf {index}", "tree", "epoch {epoch}"), {}),
    "log_node": Table(("leaves",), ("node {index} of level {level}", "nodes", "tree"), {}),
    "log_tree": Table(("leaves",), ("tree", "log_tree"), {}),
    "log_epoch": Table(("leaves",), ("epoch", "leaf", "log_tree"), {}),
    "checkpoint": Table(
        ("checkpoints", "leaves"),
        ("checkpoint {id}",),
        {"id": NUMBER},
        deletes=False,  # whoever was sent a checkpoint has it; the next one states the same tree
    ),
    "part": Table(
        ("settlements", "shares"),
        ("part of order {order_id}, creator {creator_party_id}",),
        {"settled_at": MOMENT},
    ),
    "part_history": Table(
        ("settlements", "records"),
        ("of order {order_id}, part of creator {creator_party_id}", "part of order {order_id},", "record {leaf_index}"),
        {"id": NUMBER, "settled_at": MOMENT},
    ),
    "order_state": Table(
        ("order states", "records"),
        ("state {id} of order {order_id}", "record {leaf_index}", "order {order_id}"),
        {"id": NUMBER},
    ),
    "terms": Table(
        ("facts in the log", "records"), ("terms {version}", "terms of record {leaf_index}"), {"id": NUMBER}
    ),
    "ruling": Table(
        ("facts in the log", "records"),
        ("ruling {id}", "ruling of record {leaf_index}"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "appeal": Table(
        ("facts in the log", "records"),
        ("appeal {id}", "appeal of record {leaf_index}"),
        {"id": "her words in the vault are found by it: see the test of changed words"},
        duplicates=True,
    ),
    "appeal_answer": Table(("facts in the log",), ("ruling {ruling_id}",), {}),
    "link_owner": Table(("facts in the log",), ("link_owner {id}", "its owner"), {"id": NUMBER}, duplicates=True),
    "link_state": Table(
        ("facts in the log", "records"),
        ("link_state {id}", "link of record {leaf_index}", "link_state of record {leaf_index}", "link_owner"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "code_owner": Table(("facts in the log",), ("code_owner {id}", "its owner"), {"id": NUMBER}, duplicates=True),
    "code_state": Table(
        ("facts in the log", "records"),
        ("code_state {id}", "code of record {leaf_index}", "code_state of record {leaf_index}", "code_owner"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "fan_choice": Table(
        ("facts in the log", "records"),
        ("fan_choice {id}", "choice of record {leaf_index}", "fan_choice of record {leaf_index}"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "creator_group": Table(
        ("facts in the log", "records"),
        ("creator_group {id}", "membership of record {leaf_index}", "creator_group of record {leaf_index}"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "sealed_piece": Table(
        ("facts in the log",),
        ("sealed_piece {id}", "period_close {close_id} of", "period_close {close_id}"),
        {"id": NUMBER},
    ),
    "period_close": Table(
        ("facts in the log", "records"),
        ("period_close {id}", "period_close of record {leaf_index}", "sealed_piece", "frozen_context"),
        {},
    ),
    "frozen_context": Table(
        ("facts in the log",), ("period_close {close_id}", "frozen_context of order {order_id}"), {}
    ),
    "payout": Table(("payouts",), ("payout {id}", "payouts"), {}, duplicates=True),
    "payout_event": Table(
        ("payouts", "records"),
        ("payout_event {id}", "payout {payout_id}", "payout_event of record {leaf_index}"),
        {"id": NUMBER, "reason": "words for people; the state and the moment are in the log"},
        duplicates=True,
    ),
    "payout_run": Table(
        ("payout runs",),
        ("payout_run {id}", "of run {id}"),
        {
            "planned_by": "who did it: the audit says so as well",
            **dict.fromkeys(("frozen_at", "frozen_by", "frozen_why"), "keeps a run from being sent; these were"),
        },
    ),
    "payout_item": Table(
        ("payout runs",),
        ("payout_item {id}", "payout_run {run_id}, reference {key}"),
        dict.fromkeys(("due_at", "tries"), WORK),
        duplicates=True,
    ),
    "payout_item_event": Table(
        ("payout runs",),
        ("payout_item_event {id}", "payout_item {item_id}"),
        {
            "id": NUMBER,
            "actor": "who did it: the audit says so as well; who approved is looked at, as a run's",
            "reason": "words for people; the last ones are the payment's, which are looked at",
        },
    ),
    "borne_debt": Table(("borne debts",), ("shares of opening {opening_id}",), {"id": NUMBER}, duplicates=True),
    "gift": Table(("gifts", "payouts"), ("gift {id}", "payouts"), {}, duplicates=True),
    "gift_event": Table(
        ("gifts", "records"),
        ("gift_event {id}", "gift {gift_id}", "gift_event of record {leaf_index}"),
        {"id": NUMBER},
        duplicates=True,
    ),
    "click": Table(
        ("clicks", "evidence"),
        ("click {click_id}", "clicks of link"),
        {
            "visitor": STATISTICS,
            "referrer_kind": STATISTICS,
            "platform": STATISTICS,
            "drained_at": MOMENT,
            "verdict": "see the test of cited clicks: nothing reads it until an order names the click",
            "user_activation": "as the verdict",
            "checkout_referrer": "as the verdict",
        },
    ),
    "click_seal": Table(
        ("clicks", "records"), ("clicks of link", "click_seal of record {leaf_index}"), {"sealed_at": MOMENT}
    ),
    "code_plan": Table(
        ("codes in shops", "records"), ("code_plan {id}", "code_plan of record {leaf_index}"), {"id": NUMBER}
    ),
    "shop_code": Table(
        ("codes in shops",),
        ("shop_code {id}", "code {code_id}", "code_stock", "shop_code"),
        {
            "id": NUMBER,
            "ended_at": MOMENT,
            "created_at": MOMENT,
            **dict.fromkeys(("wished", "token", "sheet", "refers", "used", "actor", "ends_at"), AT_THE_SHOP),
            **dict.fromkeys(("attempts", "work_at", "problem_code", "problem", "replaces_id"), WORK),
        },
    ),
    "code_stock": Table(
        ("codes in shops",),
        ("code_stock {id}", "shop_code {shop_code_id}"),
        {"id": NUMBER, "imported_at": MOMENT, "file_hash": "which file it came from, for the operator's eyes"},
    ),
}
#: Moving a row to another programme takes it away from this one: that is a deletion, which is tried.
EVERYWHERE = {"programme_id"}
