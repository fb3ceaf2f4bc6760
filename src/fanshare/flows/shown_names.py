"""The name by which people see a creator or fan: chosen when she joins, and changed by herself later.

What was signed or paid before keeps what it says, and her address stays as it is: others may have written it down.
"""

from fanshare.core.errors import BadInputError, FanshareError
from fanshare.core.instants import Instant
from fanshare.flows import audit
from fanshare.flows.authorisation import Role
from fanshare.flows.context import Programme
from fanshare.flows.joining import LONGEST_NAME
from fanshare.store.queries import joining


def rename(programme: Programme, party: int, role: Role, name: str, now: Instant) -> None:
    """Show her under another name from now on; a fan may have none. The same name again changes nothing.

    Raises ``BadInputError`` (``name_missing``, ``bad_field``) and ``FanshareError`` (``erased``).
    """
    shown = name.strip()
    if not shown and role is Role.CREATOR:
        raise BadInputError("name_missing", "Say the name by which people will see you.")
    if len(shown) > LONGEST_NAME or "\x00" in shown:
        raise BadInputError("bad_field", "A name holds at most %(most)s characters.", most=LONGEST_NAME)
    access = programme.access
    with access.transaction():
        before = joining.lock_name(access, party)
        if before is None:
            raise FanshareError("erased", "The person behind this account was erased.", 410)
        if before != shown:
            joining.rename(access, party, shown)
            audit.noted(access, "name.change", now)
