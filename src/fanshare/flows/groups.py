"""Groups of creators: who is in which, a dated and logged history. What a group earns stands in the terms.

The group at a touch decides, so a change moves no old cent.
"""

from typing import Any

from fanshare.core import commitments, leaves
from fanshare.core.errors import BadInputError, ConflictError
from fanshare.core.instants import Instant
from fanshare.flows.context import Programme
from fanshare.store import log_store
from fanshare.store.queries import groups
from fanshare.store.queries.groups import Membership


def set_group(programme: Programme, creator: int, name: str, now: Instant) -> bool:
    """Put a creator into a group, or (empty name) into none, from now on. Whether that changed anything.

    Raises ``BadInputError`` (``unknown_group``) for a name that neither the present terms nor later ones use, and
    ``ConflictError`` (``group_later``) where a later change is written down already.
    """
    known = names(programme, now)
    if name and name not in known:
        listed = ", ".join(sorted(known)) or "none yet"
        raise BadInputError(
            "unknown_group",
            "%(name)s is not a group of the terms; they name %(listed)s.",
            name=repr(name[:40]),
            listed=listed,
        )
    with programme.access.transaction():
        before = groups.present(programme.access).get(creator, Membership(creator, "", 0))
        if before.since >= now:
            raise ConflictError("group_later", "A later change of this creator's group is written down already.")
        if before.name == name:
            return False
        new = Membership(creator, name, now)
        leaf = log_store.append(programme.access, [membership_leaf(programme, new)])
        groups.add(programme.access, new, leaf)
    return True


def names(programme: Programme, now: Instant) -> frozenset[str]:
    """The groups that the terms in force, or versions that will be, name."""
    present = programme.book.at(now)
    coming = [terms for terms in programme.book if terms.effective_at > now]
    return frozenset().union(present.groups, *(terms.groups for terms in coming))


def membership_leaf(programme: Programme, new: Membership) -> dict[str, Any]:
    """The log leaf of a change: whose it is is a commitment under the programme's salts."""
    salt = commitments.derive_salt(programme.salts, "group", str(new.creator), str(new.since))
    return leaves.membership(creator=commitments.who(salt, str(new.creator)), group=new.name, since=new.since)
