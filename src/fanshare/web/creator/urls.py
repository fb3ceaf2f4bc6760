"""Addresses of a creator's own pages."""

from django.urls import path

from fanshare.web.creator import (
    earnings,
    elsewhere,
    exclusive,
    fans,
    gifts,
    goals,
    goods,
    kit,
    links,
    programmes,
    questions,
    today,
    welcome,
    writing,
)

urlpatterns = [
    path("creator/<slug:programme>", today.today, name="creator_today"),
    path("creator/<slug:programme>/welcome", welcome.welcome, name="creator_welcome"),
    path("creator/<slug:programme>/earnings", earnings.earnings, name="creator_earnings"),
    path("creator/<slug:programme>/statement", earnings.statement, name="creator_statement"),
    path("creator/<slug:programme>/statement/paper", earnings.printed, name="creator_printed"),
    path("creator/<slug:programme>/links", links.links, name="creator_links"),
    path("creator/<slug:programme>/links/<slug:code>", links.link, name="creator_link"),
    path("creator/<slug:programme>/page", writing.page_of_hers, name="creator_page"),
    path("creator/<slug:programme>/page/products", goods.goods, name="creator_goods"),
    path("creator/<slug:programme>/page/elsewhere", elsewhere.elsewhere, name="creator_elsewhere"),
    path("creator/<slug:programme>/page/kit", kit.kit, name="creator_kit"),
    path("creator/<slug:programme>/page/picture", writing.picture, name="creator_picture"),
    path("creator/<slug:programme>/fans", fans.fans, name="creator_fans"),
    path("creator/<slug:programme>/fans/<row:shown>", fans.fan, name="creator_fan"),
    path("creator/<slug:programme>/goals", goals.her_goals, name="creator_goals"),
    path("creator/<slug:programme>/gifts", gifts.gifts, name="creator_gifts"),
    path("creator/<slug:programme>/questions", questions.threads, name="creator_questions"),
    path("creator/<slug:programme>/questions/<row:number>", questions.thread, name="creator_thread"),
    path("creator/<slug:programme>/exclusive", exclusive.posts, name="creator_exclusive"),
    path("creator/<slug:programme>/exclusive/new", exclusive.new, name="creator_exclusive_new"),
    path("creator/<slug:programme>/exclusive/<row:number>", exclusive.post, name="creator_exclusive_post"),
    path("creator/<slug:programme>/exclusive/<row:number>/pictures", exclusive.pictures, name="creator_exclusive_hang"),
    path(
        "creator/<slug:programme>/exclusive/<row:number>/pictures/<slug:name>",
        exclusive.picture,
        name="creator_exclusive_picture",
    ),
    path("creator/<slug:programme>/programmes", programmes.programmes, name="creator_programmes"),
    path("creator/<slug:programme>/programmes/<slug:other>", programmes.compared, name="creator_compared"),
    path("creator/<slug:programme>/off-time", questions.off_time, name="creator_off_time"),
]
