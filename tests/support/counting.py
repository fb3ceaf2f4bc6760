"""An access that counts what it asks."""

from collections.abc import Mapping
from typing import Any

from fanshare.store.access import Access


class Counting(Access):
    """Counts its statements."""

    asked = 0

    def execute(self, statement: Any, params: Mapping[str, Any] | None = None) -> Any:
        self.asked += 1
        return super().execute(statement, params or {})

    def later(self, statement: Any, params: Mapping[str, Any] | None = None, **more: Any) -> Any:
        self.asked += 1
        return super().later(statement, params, **more)
