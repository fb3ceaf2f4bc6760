"""Addresses of a brand's pages."""

from django.urls import path, register_converter
from django.urls.converters import IntConverter

from fanshare.web.brand import (
    budget,
    claims,
    codes,
    connections,
    creator,
    letters,
    links,
    messages,
    money,
    orders,
    overview,
    people,
    results,
    team,
    terms,
)


class RowConverter(IntConverter):  # type: ignore[misc]
    """The number of a row: what no row can have is no address."""

    regex = "[0-9]{1,18}"


register_converter(RowConverter, "row")

urlpatterns = [
    path("connections", connections.everywhere, name="all_connections"),
    path("brand/<slug:programme>", overview.overview, name="brand_overview"),
    path("brand/<slug:programme>/people", people.people, name="brand_people"),
    path("brand/<slug:programme>/people/write", letters.write, name="brand_write"),
    path("brand/<slug:programme>/people/<row:number>", creator.creator, name="brand_creator"),
    path("brand/<slug:programme>/people/<row:number>/note", creator.note, name="brand_creator_note"),
    path("brand/<slug:programme>/people/<row:number>/group", creator.group, name="brand_creator_group"),
    path("brand/<slug:programme>/applications/<row:number>", people.application, name="brand_application"),
    path("brand/<slug:programme>/orders", orders.orders, name="brand_orders"),
    path("brand/<slug:programme>/orders/<row:number>", orders.order, name="brand_order"),
    path("brand/<slug:programme>/orders/<row:number>/decide", orders.decide, name="brand_decide"),
    path("brand/<slug:programme>/objections", orders.objections, name="brand_appeals"),
    path("brand/<slug:programme>/claims", claims.waiting, name="brand_claims"),
    path("brand/<slug:programme>/claims/<row:number>", claims.claim, name="brand_claim"),
    path("brand/<slug:programme>/claims/<row:number>/answer", claims.answer, name="brand_claim_answer"),
    path("brand/<slug:programme>/results", results.found, name="brand_results"),
    path("brand/<slug:programme>/budget", budget.budget, name="brand_budget"),
    path("brand/<slug:programme>/money", money.money, name="brand_money"),
    path("brand/<slug:programme>/links", links.links, name="brand_links"),
    path("brand/<slug:programme>/links/several", links.several, name="brand_several_links"),
    path("brand/<slug:programme>/messages", messages.messages, name="brand_messages"),
    path("brand/<slug:programme>/messages/<slug:name>", messages.message, name="brand_message"),
    path("brand/<slug:programme>/terms", terms.terms, name="brand_terms"),
    path("brand/<slug:programme>/terms/publish", terms.publish, name="brand_terms_publish"),
    path("brand/<slug:programme>/team", team.team, name="brand_team"),
    path("brand/<slug:programme>/codes", codes.codes, name="brand_codes"),
    path("brand/<slug:programme>/codes/<row:number>/change", codes.change, name="brand_code_change"),
    path("brand/<slug:programme>/connections", connections.connections, name="connections"),
]
