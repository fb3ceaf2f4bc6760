"""Pages of an installation where nobody can sign in: clear answers, never a fault of ours."""

import inspect
from collections.abc import Iterable

from fanshare.flows.authorisation import Role, Seat
from fanshare.flows.signed_in import Asking, Owner, Relying, Wish
from fanshare.web.accounts_port import Accounts, NoAccounts
from fanshare.web.app import make_wsgi_app
from tests.support.schema import NOW
from tests.web.support.device import HOST, Device
from tests.web.support.memory import MemoryPageStore


def test_a_link_to_sign_in_does_not_work_and_is_no_fault() -> None:
    device = Device(make_wsgi_app(MemoryPageStore(), lambda: NOW, allowed_hosts=[HOST]))
    assert device.get("/sign-in").status == 200
    device.cookies["fanshare_form"] = mark = "f" * 32
    form = {"csrfmiddlewaretoken": mark, "t": "x"}
    assert device.post("/sign-in/confirm", form, HTTP_ORIGIN=f"http://{HOST}").status == 410


def test_every_question_to_nobody_has_an_answer() -> None:
    nobody = NoAccounts()
    values: dict[object, object] = {
        str: "x",
        str | None: "x",
        bytes: b"x",
        bool: True,
        dict[str, object]: {},
        Seat: Seat(Role.FAN, 1, 1),
        Iterable[Seat]: (),
        tuple[Seat, ...]: (),
        Wish: Wish("x"),
        Owner: Owner(b"x", "x"),
        Asking: Asking(Relying("x", "https://x"), "x", "x"),
    }
    asked = [name for name, _ in inspect.getmembers(Accounts, inspect.isfunction) if not name.startswith("_")]
    for name in asked:
        method = getattr(nobody, name)
        given = {one.name: values[one.annotation] for one in inspect.signature(method).parameters.values()}
        method(**given)
    assert len(asked) > 10
