"""What was installed runs: behind its proxy, after a lost power, and without telling a secret or a name to a log."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from fanshare.core.instants import SECOND, format_rfc3339
from fanshare.integrations.generic.verify import sign
from fanshare.upkeep.memory import memory_facts, processes
from tests.cli.conftest import LABEL, SHIRT, TERMS
from tests.cli.running import BROWSER, PATIENCE, until
from tests.upkeep.installed import DOMAIN, Place, installed, proxied

#: Bytes that an installation may hold while nothing happens.
IDLE = 300_000_000
PARTS = ("database", "edge", "web", "work")
#: Planted where personal data and secrets go in. A telephone number and an address stand in what a shop sends.
PLANTED = {
    "name": "Cleo Canaria-Vogel",
    "mail": "canary.cleo@nest.example",
    "buyer": "canary.buyer@nest.example",
    "street": "Canarygasse 17",
    "password": "canary-of-the-smtp-server",
    "agent": "CanaryBrowser/9.9",
    "visitor": "203.0.113.77",
}


@dataclass
class Shop:
    """The machine, and a programme on it."""

    place: Place
    endpoint: str
    secret: str
    link: str
    token: str

    def post(self, body: bytes, message: str, secret: str = "") -> int:
        """Deliver through the proxy; signed rightly unless another secret is given."""
        sent = int(time.time())
        signature = sign((secret or self.secret).encode(), message, sent, body)
        headers = {"webhook-id": message, "webhook-timestamp": str(sent), "webhook-signature": signature}
        with self.place.client() as client:
            return client.post(f"/hooks/{self.endpoint}", content=body, headers=headers).status_code

    def click(self, visitor: str = PLANTED["visitor"]) -> str:
        """Follow the link; returns the click id."""
        answer = self.place.get(
            f"/r/{self.link}",
            **{**BROWSER, "user-agent": f"{BROWSER['user-agent']} {PLANTED['agent']}", "x-forwarded-for": visitor},
        )
        assert answer.status_code == 302
        found = re.search(r"[?&]fs=([^&]+)", answer.headers["location"])
        assert found is not None
        return found[1]

    def explained(self, number: str, patience: float = PATIENCE) -> Any:
        """An order, once it is settled."""

        def look() -> Any:
            known = {one["number"] for one in self.place.terminal.ask("order", "list")["orders"]}
            found = self.place.terminal.ask("order", "explain", number) if number in known else None
            return found if found and found["settled"] and found["parts"] else None

        return until(look, f"order {number}", patience)


def order(number: str, *clicks: str) -> bytes:
    now = format_rfc3339(int(time.time()) * SECOND)
    return json.dumps(
        {
            "order_id": number, "ordered_at": now, "currency": "EUR", "status": "captured", "clicks": list(clicks),
            "lines": [{"id": "1", "net": "59.00"}], "buyer": {"email": PLANTED["buyer"]},
            "shipping_address": {"street": PLANTED["street"]},
        }
    ).encode()  # fmt: skip


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Installed, started in the order that systemd would take, with a programme, behind nginx."""
    with installed() as place:
        settings = place.root / "etc/fanshare/fanshare.env"
        with settings.open("a") as file:
            file.write("FANSHARE_SMTP_HOST=127.0.0.1\nFANSHARE_SMTP_PORT=1\nFANSHARE_SMTP_USER=share@example.org\n")
            file.write(f"FANSHARE_SMTP_PASSWORD={PLANTED['password']}\n")
        place.start("database")
        terminal = place.terminal
        terminal.say("programme", "create", "Bea", "--currency", "EUR", "--terms", str(TERMS))
        terminal.say("creator", "add", PLANTED["name"], "--slug", "cleo", "--email", PLANTED["mail"])
        found = terminal.ask("connection", "add", "generic", "--shop", "https://shop.example")
        link = terminal.ask("link", "add", "--creator", "cleo", "--to", SHIRT, *LABEL)["code"]
        token = terminal.ask("login-link", PLANTED["mail"])["url"].rpartition("=")[2]
        for part in PARTS[1:]:
            place.start(part)
        with proxied(place):
            shop = Shop(place, found["endpoint"], found["secret"], link, token)
            until(lambda: place.get("/readyz").status_code == 200, "readiness")
            yield shop


def test_the_world_reaches_links_webhooks_and_pages_under_one_name(shop: Shop) -> None:
    place = shop.place
    assert shop.post(order("1001", shop.click()), "m1") == 200
    [part] = shop.explained("1001")["parts"]
    assert part["commission"] == "7.080000"
    page = place.get("/c/bea/cleo")
    assert page.status_code == 200
    assert PLANTED["name"] in page.text
    assert place.get("/metrics").status_code == 404
    assert shop.post(b"x" * 1_100_000, "m2") == 413
    assert shop.post(b"x" * 3_000_000, "m3") == 413
    assert not [one for one in place.terminal.ask("doctor")["remarks"] if one["level"] == "bad"]


def test_a_visitor_is_who_the_proxy_says_and_not_who_she_says_she_is(shop: Shop) -> None:
    before = counted(shop)
    for visitor in ("198.51.100.1", "198.51.100.2", "198.51.100.3"):
        shop.click(visitor)
    until(lambda: sum(counted(shop).values()) == sum(before.values()) + 3, "the clicks")
    assert counted(shop).get("counted", 0) - before.get("counted", 0) <= 1, "one visitor, whatever she claims"


def counted(shop: Shop) -> dict[str, int]:
    """How many clicks were judged how."""
    from fanshare.store.access import connect
    from fanshare.store.server import Server

    with connect(Server(shop.place.home).dsn()) as conn:
        return dict(conn.execute("SELECT verdict, sum(n)::int FROM click_day GROUP BY 1").fetchall())


def test_the_database_belongs_to_its_own_service(shop: Shop) -> None:
    database = psutil.Process(shop.place.running["database"].pid)
    assert any(child.name() == "postgres" for child in database.children())
    for name in ("edge", "web", "work"):
        children = psutil.Process(shop.place.running[name].pid).children(recursive=True)
        assert not [child for child in children if child.name() == "postgres"], name


def test_all_services_together_hold_less_than_300_megabytes_when_nothing_happens(shop: Shop) -> None:
    """After pages, links and messages, not fresh from the start."""
    for path in ("/", "/c/bea/cleo", "/terms/bea", "/sign-in"):
        assert shop.place.get(path).status_code == 200, path
    found = {one.pid: one.memory_info().rss for one in processes(shop.place.home)}
    assert found.keys() >= {one.pid for one in shop.place.processes()}, "nobody is left out"
    facts = memory_facts(shop.place.home)
    assert facts is not None
    # Four interpreters with their libraries can't be less: the measure would be at fault.
    assert 60 << 20 < facts.held < IDLE
    assert sum(found.values()) > facts.held, "shared pages count once"
    assert any(one["code"] == "memory" for one in shop.place.terminal.ask("doctor")["remarks"])


def test_no_service_keeps_in_memory_what_read_its_command_line(shop: Shop) -> None:
    for name in ("database", "edge", "work"):
        loaded = Path(f"/proc/{shop.place.running[name].pid}/maps").read_text()
        assert "psycopg" in loaded, name
        assert "pydantic_core" not in loaded, name


def test_no_process_writes_its_memory_down_when_it_dies(shop: Shop) -> None:
    for one in shop.place.processes():
        assert psutil.Process(one.pid).rlimit(psutil.RLIMIT_CORE) == (0, 0), one.cmdline()


def test_after_a_lost_power_everything_comes_back_in_whatever_order(shop: Shop) -> None:
    place = shop.place
    click = shop.click()
    assert shop.post(order("1002", click), "m4") == 200
    place.lose_power()
    for name in ("serve-edge.json", "serve-web.json"):
        # A process id of before the reboot now belongs to somebody else.
        (place.home / name).write_text(json.dumps({"url": "http://127.0.0.1:1", "pid": 1}))
    for part in ("work", "web"):
        place.start(part, wait=False)
    place.start("edge")
    assert len(shop.click()) == 36, "links go on while the database is away"
    place.start("database")
    # Whoever had taken the message at that very moment has it for two minutes; then somebody else may.
    assert shop.explained("1002", patience=180)["parts"][0]["commission"] == "7.080000"
    until(lambda: place.get("/c/bea/cleo").status_code == 200, "the pages")
    assert place.terminal.ask("check")["ok"]


def test_no_secret_token_or_name_reaches_a_log_or_an_error_page(shop: Shop) -> None:
    place = shop.place
    master = (place.home / "keys" / "master").read_text().strip()
    canaries = {**PLANTED, "secret": shop.secret, "token": shop.token, "master": master}
    answers = [page.text + str(page.headers) for page in _provoked(shop, canaries)]
    until(lambda: place.terminal.ask("inbox", "list")["parked"], "what can't be read")
    said = "".join(path.read_text(errors="replace") for path in _logs(place)) + "".join(answers)
    assert len(_logs(place)) >= 6
    for name, canary in canaries.items():
        assert canary not in said, name
    # The same search finds what is there.
    assert PLANTED["name"] in place.get("/c/bea/cleo").text
    assert place.log("work").read_text() != ""


def _provoked(shop: Shop, canaries: dict[str, str]) -> list[Any]:
    """Everything goes wrong at once, with every canary in it."""
    whole = json.dumps(canaries)
    assert shop.post(whole.encode(), "c1") == 200
    assert shop.post(order("1003").replace(b'"59.00"', b'"Canarygasse 17"'), "c2") == 200
    assert shop.post(whole.encode(), "c3", secret="another secret") in (401, 403)
    with shop.place.client() as client:
        answers = [
            client.get(f"/why/{shop.token}xxxxxxxxxxxxxxxxxxxxxxxx"),
            client.get("/nowhere", params=canaries),
            client.get("/r/nowhere", params=canaries, headers={"referer": f"https://x.example/{shop.token}"}),
            client.post("/sign-in", data=canaries),
            client.post("/hooks/nowhere", content=whole),
            client.get("/", headers={"cookie": f"fanshare={shop.token}; x={PLANTED['password']}"}),
            client.request("BREW", "/home", content=whole),
        ]
        shop.place.stop("web", "work", "database")
        answers.append(client.get("/home", params=canaries))
        for part in ("database", "web", "work"):
            shop.place.start(part)
        answers.append(client.get("/home"))
    return answers


def _logs(place: Place) -> list[Path]:
    """Everything that anybody said: the services, PostgreSQL, nginx."""
    server = (place.home / "pg").resolve()
    return [*place.root.glob("*.said"), *place.root.rglob("*.log"), *server.rglob("*.log")]


def test_stopped_in_order_nothing_is_left(shop: Shop) -> None:
    place = shop.place
    place.stop("edge", "work", "web", "database")
    assert place.processes() == []
    assert not (place.home / "serve-edge.json").exists()
    assert DOMAIN in (place.root / "etc/nginx/conf.d/fanshare.conf").read_text()
