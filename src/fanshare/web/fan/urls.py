"""Addresses of a fan's own pages."""

from django.urls import path

from fanshare.web.fan import creators, earnings, exclusive, growing, home, questions, rewards, share

urlpatterns = [
    path("fan/<slug:programme>", home.home, name="fan_home"),
    path("fan/<slug:programme>/of-age", growing.of_age, name="fan_of_age"),
    path("fan/<slug:programme>/earnings", earnings.earnings, name="fan_earnings"),
    path("fan/<slug:programme>/statement", earnings.statement, name="fan_statement"),
    path("fan/<slug:programme>/statement/paper", earnings.printed, name="fan_printed"),
    path("fan/<slug:programme>/rewards", rewards.rewards, name="fan_rewards"),
    path("fan/<slug:programme>/share", share.share, name="fan_share"),
    path("fan/<slug:programme>/creators", creators.creators, name="fan_creators"),
    path("fan/<slug:programme>/thanks", creators.thanked, name="fan_thanks"),
    path("fan/<slug:programme>/questions", questions.threads, name="fan_questions"),
    path("fan/<slug:programme>/questions/<slug:creator>", questions.thread, name="fan_thread"),
    path("fan/<slug:programme>/exclusive", exclusive.posts, name="fan_exclusive"),
    path("fan/<slug:programme>/exclusive/<row:number>", exclusive.post, name="fan_exclusive_post"),
    path(
        "fan/<slug:programme>/exclusive/<row:number>/pictures/<slug:name>",
        exclusive.picture,
        name="fan_exclusive_picture",
    ),
]
