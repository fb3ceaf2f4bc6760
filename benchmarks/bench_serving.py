"""Pages as a process serves them, beside a bare one, and clicks while pages load in the process next to them."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from statistics import median
from subprocess import DEVNULL, PIPE, Popen, run
from urllib.parse import urlencode

from benchmarks.bench_pages import grow
from benchmarks.bench_settle import work_off
from benchmarks.edges import Edge, Load, Wrk, edge_of, served
from benchmarks.ground import NOW, Ground, Town, ground
from benchmarks.trials import Row, Trial, program, scaled, spread
from fanshare.config.clock import system_clock
from fanshare.flows import sign_in
from fanshare.jobs import publish

SOLD = 500
ROUNDS = 3
SECONDS = 3
#: Nobody waits longer than this for one page, whatever else the machine does.
LONGEST = 60
#: Readers at once.
READERS = 4

_RATE = re.compile(r"(\d+) requests in ([\d.]+)s")


def _signed_in(town: Town, address: tuple[str, int], email: str) -> str:
    """The cookies of somebody who followed her link, as a header holds them."""
    token = sign_in.make_link(town.ground.conn, town.ground.keys, email, system_clock())
    connection, cookies = HTTPConnection(*address), dict[str, str]()
    origin = f"http://{address[0]}:{address[1]}"

    def ask(method: str, path: str, form: str | None = None) -> tuple[int, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()), "Origin": origin}
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, form, headers)
        answer = connection.getresponse()
        for line in answer.headers.get_all("set-cookie", []):
            cookies.update({one: morsel.value for one, morsel in SimpleCookie(line).items()})
        return answer.status, answer.read().decode()

    _, text = ask("GET", f"/sign-in/confirm?t={token}")
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    status, said = ask("POST", "/sign-in/confirm", urlencode(hidden))
    assert status == 302, said[-300:]
    connection.close()
    return "; ".join(f"{name}={value}" for name, value in cookies.items())


def _command(pages: Edge, path: str, cookies: str, seconds: int) -> list[str]:
    url = f"http://{pages.address[0]}:{pages.address[1]}{path}"
    return [program("wrk"), "-t1", f"-c{READERS}", f"-d{seconds}s", "-H", f"Cookie: {cookies}", url]


def load_of(told: str) -> Load:
    """What wrk counted. Every page has to be one."""
    counted = _RATE.search(told)
    assert counted is not None, told
    assert "Non-2xx" not in told, told
    return Load(int(counted[1]), float(counted[2]), 0)


def load(pages: Edge, path: str, cookies: str, seconds: int) -> Load:
    """Load a page for some seconds, or for as much longer as a busy machine takes until one page has come back."""
    while not (read := load_of(_loaded(_command(pages, path, cookies, seconds)))).requests:
        assert seconds < LONGEST, f"not one page of {path} in {seconds} seconds"
        seconds *= 2
    return read


@contextmanager
def _open_house(size: float) -> Iterator[tuple[Ground, Town, Edge]]:
    """A town with some hundred orders, its pages served, its links published."""
    with ground() as base:
        town = base.town(scaled(50, size, 2), scaled(1_000, size, 40))
        town.deliver(town.orders(SOLD))
        work_off(town)
        grow(town, max(2 * SOLD, round(10_000 * size)))
        publisher = publish.Publisher(base.home, base.keys, base.home / publish.BASE, base.home / publish.OVERLAY)
        publisher.publish([(town.programme, town.tenant.name)], NOW)
        publisher.close()
        environ = {"DATABASE_URL": base.database.dsn(), "DATABASE_OWNER_URL": base.database.dsn(owner=True)}
        with served(base.home, "web", module="benchmarks.bare", **environ) as pages:
            yield base, town, pages


def beside_a_bare_page(size: float) -> list[Row]:
    """A creator's earnings over HTTP from one process of pages, beside a page that says nothing."""
    seconds = max(1, round(SECONDS * size))
    with _open_house(size) as (_, town, pages):
        slug = town.tenant.slug
        cookies = _signed_in(town, pages.address, f"creator0@{slug}.example")
        rounds, cpu = [], list[float]()
        for _ in range(ROUNDS + 1):  # the first one warms up
            bare = load(pages, "/bare", cookies, seconds)
            before = pages.cpu
            whole = load(pages, f"/creator/{slug}/earnings", cookies, seconds)
            cpu.append((pages.cpu - before) / whole.requests)
            rounds.append((whole.per_second, bare.per_second))
    ratios = [whole / bare for whole, bare in rounds[1:]]
    return [
        Row(
            f"earnings served over HTTP to {READERS} readers, one process",
            f"{median(whole for whole, _ in rounds[1:]):,.0f}/s",
            f"{median(cpu[1:]) * 1e3:.1f} ms",
            f"a bare page there, {median(bare for _, bare in rounds[1:]):,.0f}/s",
            spread(ratios),
            ">= 0.15",
            median(ratios) >= 0.15,
            "The processor's part is that of the pages' process alone.",
        )
    ]


def _loaded(command: list[str]) -> str:
    return run(command, stdout=PIPE, check=True, text=True).stdout  # noqa: S603  # wrk


def clicks_while_pages_load(size: float) -> list[Row]:
    """Redirects of the edge's process while readers load pages from the one beside it, and without them."""
    seconds = max(1, round(SECONDS * size))
    with _open_house(size) as (base, town, pages), edge_of(base.home) as edge:
        slug = town.tenant.slug
        reader = _command(
            pages, f"/creator/{slug}/earnings", _signed_in(town, pages.address, f"creator0@{slug}.example"), seconds + 2
        )
        wrk = Wrk(base.home, [code for _, code in town.links])
        rounds, read = [], list[float]()
        for _ in range(ROUNDS + 1):
            alone = wrk(edge.address, seconds).per_second
            with Popen(reader, stdout=PIPE, stderr=DEVNULL, text=True) as loading:  # noqa: S603  # wrk
                time.sleep(1)
                rounds.append((wrk(edge.address, seconds).per_second, alone))
                read.append(load_of(loading.communicate()[0]).per_second)
    ratios = [beside / alone for beside, alone in rounds[1:]]
    return [
        Row(
            "redirects while pages load in the process beside",
            f"{median(beside for beside, _ in rounds[1:]):,.0f}/s beside {median(read[1:]):,.0f} pages/s",
            "",
            f"redirects alone, {median(alone for _, alone in rounds[1:]):,.0f}/s",
            spread(ratios),
            ">= 0.8",
            median(ratios) >= 0.8,
            "Load, edge, pages and database share the machine's processors.",
        )
    ]


TRIALS = [
    Trial("pages served beside a bare one", beside_a_bare_page),
    Trial("clicks while pages load", clicks_while_pages_load),
]
