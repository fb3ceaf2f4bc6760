"""Ask for codes, change them for others, end them. What becomes of it at the shop is written down by ``code_steps``.

A code that is asked for counts for nobody and is shown to nobody until the shop has confirmed it. One from a stock is
there at once: the brand made it.
"""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from fanshare.core import code_plans
from fanshare.core import shop_codes as way
from fanshare.core.errors import BadInputError, ConflictError, Word
from fanshare.core.instants import Instant
from fanshare.flows.assets import set_code_state
from fanshare.flows.code_plans import PlanNow, plan_now
from fanshare.flows.context import Programme
from fanshare.flows.links import Label, NewCode, add_code, check_label
from fanshare.flows.people import party_kind
from fanshare.store.queries import code_stock, work_stops
from fanshare.store.queries import shop_codes as rows
from fanshare.store.queries.shop_codes import ShopCode

_MARK_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
_DRAWS = 20


@dataclass(frozen=True, slots=True)
class Wish:
    """Codes that somebody wants: of which plan, for whom, with which advertising label; ``text`` only for one."""

    plan: str
    creator: int
    owner: int
    label: Label
    text: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Everything about a new code but its text. ``sheet`` is shared by a batch."""

    plan: PlanNow
    creator: int
    owner: int
    label: Label
    now: Instant
    replaces: int | None = None
    sheet: str = ""


def ask(programme: Programme, wish: Wish, now: Instant) -> list[ShopCode]:
    """Ask for codes, all or none. Raises ``BadInputError`` and ``ConflictError``.

    Codes: ``unknown_plan``, ``label_missing``, ``not_a_creator``, ``bad_code``, ``drawn_only``, ``bad_count``,
    ``enough_codes``, ``code_taken``, ``stock_empty``.
    """
    access = programme.access
    check_label(wish.label)
    with access.transaction():
        found = plan_now(programme, wish.plan)
        _check_people(programme, wish)
        _check_count(found, wish)
        rows.lock_owner(access, wish.owner)
        if rows.live(access, found.plan.name, wish.owner) + _places(found, wish) > found.plan.per_owner:
            most = found.plan.per_owner
            raise ConflictError(
                "enough_codes",
                "One person may have %(most)s of the plan %(name)s at a time: end one, or raise its limit.",
                most=most,
                name=found.plan.name,
            )
        sheet = _token() if wish.count > 1 else ""
        place = _Place(found, wish.creator, wish.owner, wish.label, now, sheet=sheet)
        return rows.by_ids(access, _make(programme, place, wish.text, wish.count))


def rotate(
    programme: Programme, text: str, now: Instant, *, wished: str = "", connection: int | None = None
) -> ShopCode:
    """Ask for a code in the place of another, for whom that one belongs to now. The old one goes on until then.

    Raises as ``ask`` and ``find`` do, and ``ConflictError`` (``bad_code_state``, ``already_rotating``).
    """
    access = programme.access
    with access.transaction():
        known = find(programme, text, connection)
        if known.code is not None:
            work_stops.hold(access, rows.owned(access, known.code))
        old = rows.locked(access, known.id)
        if old.state != way.CONFIRMED or old.code is None:
            raise ConflictError(
                "bad_code_state",
                "%(shown)s is %(state)s: only a code that works is changed.",
                shown=old.shown,
                state=Word(old.state),
            )
        if rows.replacing(access, old.id) is not None:
            raise ConflictError("already_rotating", "%(shown)s is being changed already.", shown=old.shown)
        found = plan_now(programme, code_plans.plan_of(_json(old.document)).name)
        owner, creator = rows.owned(access, old.code)
        label = Label(old.country, old.platform, old.label)
        place = _Place(found, creator, owner, label, now, replaces=old.id)
        (made,) = _make(programme, place, wished, 1)
        new = rows.by_ids(access, [made])[0]
        if new.state == way.CONFIRMED:
            end_row(programme, old, now)
    return new


def end(
    programme: Programme, text: str, now: Instant, *, connection: int | None = None, by_hand: bool = False
) -> ShopCode:
    """End a code: at the shop first, then here, so that every sale the shop allowed still counts.

    ``by_hand``: somebody has ended it in the shop. Ending again changes nothing. Raises as ``find`` does.
    """
    access = programme.access
    with access.transaction():
        row = rows.locked(access, find(programme, text, connection).id)
        end_row(programme, row, now, by_hand=by_hand)
    return rows.by_ids(access, [row.id])[0]


def numbered(programme: Programme, text: str, connection: int | None = None) -> int:
    """The number of a code that counts for somebody, wherever it counts. Raises as ``only_place`` does, and
    ``BadInputError`` (``unknown_code``).
    """
    place = only_place(programme, text) if connection is None else connection
    folded = text.strip().casefold()
    found = next((id_ for id_, at in rows.codes_of_text(programme.access, folded) if at == place), None)
    if found is None:
        raise BadInputError("unknown_code", "There is no such code in this programme.", 404)
    return found


def set_state_at(programme: Programme, text: str, connection: int | None, state: str, now: Instant) -> None:
    """Pause, resume or end a code of one shop, or one that counts in all. One made in a shop is ended there first.

    Raises as ``set_code_state`` does, and ``ConflictError`` (``ended_in_shop``) for resuming what the shop has ended.
    """
    access, folded = programme.access, text.strip().casefold()
    with access.transaction():
        code = next((id_ for id_, at in rows.codes_of_text(access, folded) if at == connection), None)
        made = None if code is None else rows.of_code(access, code)
        if made is None:
            set_code_state(programme, text, state, now, connection=connection)
            return
        row = rows.locked(access, made.id)
        if state == "ended":
            end_row(programme, row, now)
        elif row.state != way.CONFIRMED:
            raise ConflictError(
                "ended_in_shop",
                "%(shown)s is %(state)s at the shop and does not come back: make another one.",
                shown=made.shown,
                state=Word(row.state),
            )
        else:
            set_code_state(programme, text, state, now, connection=connection)


def only_place(programme: Programme, text: str) -> int | None:
    """The shop a code counts in, ``None`` for all. Raises ``ConflictError`` ``which_shop`` where it is in several."""
    places = [at for _, at in rows.codes_of_text(programme.access, text.strip().casefold())]
    if len(places) > 1:
        raise ConflictError(
            "which_shop", "Several shops have a code %(text)s: say which with --shop.", text=text.strip()[:60]
        )
    return places[0] if places else None


def find(programme: Programme, text: str, connection: int | None = None) -> ShopCode:
    """A code that was made in a shop or taken from a stock. Raises ``BadInputError`` (``unknown_code``)."""
    found = rows.by_text(programme.access, text.strip().casefold(), connection)
    if not found:
        raise BadInputError(
            "unknown_code",
            "fanshare has made no code %(text)s in a shop of this programme.",
            404,
            text=repr(text.strip()[:60]),
        )
    if len(found) > 1:
        raise ConflictError(
            "which_shop", "Several shops have a code %(text)s: say which with --shop.", text=text.strip()[:60]
        )
    return found[0]


def end_row(programme: Programme, row: ShopCode, now: Instant, *, by_hand: bool = False) -> None:
    """End a locked code: at once where no shop has to be asked, else it is ended there by the next worker."""
    if row.state == way.ENDED or (row.state == way.ENDING and not by_hand):
        return
    if by_hand or code_plans.plan_of(_json(row.document)).source == code_plans.STOCK:
        to = way.ENDED
    else:
        to = way.ended_from(row.state)
    if to == way.ENDED:
        end_here(programme, row, now)
    else:
        # Somebody may be asking the shop to make it right now: it is ended there when that is certainly over.
        at = now if row.state == way.CONFIRMED else now + way.LEASE
        rows.put(programme.access, row, to, work_at=at, attempts=0)


def end_here(programme: Programme, row: ShopCode, now: Instant, *, used: int = 0) -> None:
    """Write down that no checkout takes a locked code any more; from now on it counts for nobody."""
    if row.code is not None and rows.state_of(programme.access, row.code) != "ended":
        set_code_state(programme, row.folded, "ended", now, connection=row.connection)
    problem = {"problem_code": row.problem_code, "problem": row.problem} if row.code is None else {}
    rows.put(programme.access, row, way.ENDED, ended_at=now, used=used, **problem)


def draw_text(programme: Programme, plan: code_plans.CodePlan, connection: int) -> str:
    """A text of a plan that nobody has here. Raises ``ConflictError`` ``no_text_left``."""
    for _ in range(_DRAWS):
        text = code_plans.draw(plan, secrets.randbelow)
        folded = text.casefold()
        if not rows.taken(programme.access, folded, connection) and not rows.by_text(
            programme.access, folded, connection
        ):
            return text
    raise ConflictError("no_text_left", "No free text was found for the plan %(name)s; try again.", name=plan.name)


def _check_people(programme: Programme, wish: Wish) -> None:
    if party_kind(programme.access, wish.creator) != "creator":
        raise BadInputError("not_a_creator", "A code belongs to a creator, or to a fan of a creator.")
    if wish.owner != wish.creator and party_kind(programme.access, wish.owner) != "fan":
        raise BadInputError("wrong_party", "A code belongs to a creator, or to a fan of a creator.")


def _check_count(found: PlanNow, wish: Wish) -> None:
    plan = found.plan
    if not 1 <= wish.count <= plan.batch:
        raise BadInputError(
            "bad_count", "One batch of the plan %(name)s has 1 to %(most)s codes.", name=plan.name, most=plan.batch
        )
    if wish.count > 1 and not plan.discount.single_use:
        raise BadInputError(
            "not_single_use", "Only codes that work once come in batches; %(name)s is no such plan.", name=plan.name
        )
    if wish.count > 1 and wish.text:
        raise BadInputError("drawn_only", "The codes of a batch are drawn; leave the text out.")


def _places(found: PlanNow, wish: Wish) -> int:
    """What a wish takes of an owner's limit. A stock is no batch: its codes have no sheet in common at the shop."""
    return wish.count if found.plan.source == code_plans.STOCK and not found.plan.discount.single_use else 1


def _make(programme: Programme, place: _Place, text: str, count: int) -> list[int]:
    if place.plan.plan.source == code_plans.STOCK:
        return _from_stock(programme, place, text, count)
    return [_want(programme, place, text) for _ in range(count)]


def _want(programme: Programme, place: _Place, text: str) -> int:
    plan, shop = place.plan.plan, place.plan.connection
    if text:
        code_plans.check_wish(plan)
    shown = code_plans.wished(plan, text) if text else draw_text(programme, plan, shop)
    if rows.taken(programme.access, shown.casefold(), shop):
        raise _taken(shown)
    made = rows.add(
        programme.access,
        {**_values(programme, place, shown), "wished": bool(text), "state": way.WANTED, "work_at": place.now},
    )
    if made is None:
        raise _taken(shown)
    return made


def _from_stock(programme: Programme, place: _Place, text: str, count: int) -> list[int]:
    plan, shop = place.plan.plan, place.plan.connection
    if text:
        raise BadInputError(
            "drawn_only", "The codes of %(name)s come from a stock; leave the text out.", name=plan.name
        )
    pieces = code_stock.take(programme.access, plan.name, shop, count)
    if len(pieces) < count:
        raise ConflictError(
            "stock_empty",
            "The stock of %(name)s has %(count)s of %(wanted)s codes left: "
            "bring more with `fanshare code stock import`.",
            name=plan.name,
            count=len(pieces),
            wanted=count,
        )
    return [_give(programme, place, piece) for piece in pieces]


def _give(programme: Programme, place: _Place, piece: code_stock.Piece) -> int:
    new = NewCode(
        place.creator,
        place.owner,
        piece.shown,
        place.label,
        single_use=place.plan.plan.discount.single_use,
        connection=piece.connection,
        plan=place.plan.id,
    )
    values = {
        **_values(programme, place, piece.shown),
        "wished": False,
        "state": way.CONFIRMED,
        "code": add_code(programme, new, place.now),
        "confirmed_at": place.now,
    }
    made = rows.add(programme.access, values)
    if made is None:
        raise _taken(piece.shown)
    code_stock.give(programme.access, piece.id, made, place.now)
    return made


def _values(programme: Programme, place: _Place, shown: str) -> dict[str, Any]:
    plan = place.plan.plan
    return {
        "plan": place.plan.id,
        "connection": place.plan.connection,
        "folded": shown.casefold(),
        "shown": shown,
        "token": _token(),
        "sheet": place.sheet,
        "single_use": plan.discount.single_use,
        "ends_at": plan.ends_at(place.now),
        "owner": place.owner,
        "creator": place.creator,
        "country": place.label.country.upper(),
        "platform": place.label.platform,
        "label": place.label.text,
        "replaces": place.replaces,
        "code": None,
        "work_at": None,
        "confirmed_at": None,
        "actor": programme.access.actor[:100],
        "now": place.now,
    }


def _taken(shown: str) -> ConflictError:
    return ConflictError(
        "code_taken", "The code %(text)s already belongs to somebody in this programme.", text=repr(shown)
    )


def _token() -> str:
    return "".join(secrets.choice(_MARK_ALPHABET) for _ in range(20))


def _json(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
