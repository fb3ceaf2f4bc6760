"""``python -m benchmarks.bare ...``: fanshare, whose pages have one more that says nothing."""

from typing import Any

from django.http import HttpResponse
from django.urls import path

from fanshare.cli.main import run
from fanshare.config.django import configure


def page(_request: Any) -> Any:
    """A page that says nothing, behind the same middleware as the others."""
    return HttpResponse("<!doctype html><title>bare</title>")


if __name__ == "__main__":
    configure()
    from fanshare.web import urls

    urls.urlpatterns.insert(0, path("bare", page))
    run()
