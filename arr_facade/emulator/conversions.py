"""
The three operations on conversions (service.md C).
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator._parse import json_object, next_link, place, require_id
from arr_facade.emulator.conversion_rules import decide_by_name, normalise, require_access
from arr_facade.emulator.documents import Refused, conflict, conversion_document, conversion_list
from arr_facade.emulator.world import ConversionRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from arr_facade.emulator._http import Request
    from arr_facade.emulator.settings import Settings
    from arr_facade.emulator.store import Store

__all__ = ["Conversions"]


@attrs.frozen
class Conversions:
    """
    The conversions of the account.

    Attributes:
        settings: How the service behaves.
        store: Where they are.
        now: Reads the service's time.
    """

    settings: Settings
    store: Store
    now: Callable[[], float]

    def create(self, conversion_id: str, request: Request) -> tuple[int, dict[str, Any]]:
        """
        201 and a new conversion, or 200 and the one that the same request made before.

        Raises:
            Refused: 400 for a bad id or settings; 403 where the storage cannot be reached; 409 where the id is taken
                by one with other settings.
        """
        require_id(conversion_id)
        body = json_object(request)
        settings = normalise(body)
        require_access(body, self.settings.linked_storage, explain=self.settings.shape == "late")
        # Signatures are not part of it: a client that repeats the request with fresh ones means the same conversion.
        text = json.dumps(settings)
        now = self.now()
        with self.store.transaction():
            row = self.store.conversion(self.settings.owner, conversion_id)
            if row is None:
                row = self.new_row(conversion_id, settings, text, now)
                self.store.save_conversion(row)
                return 201, conversion_document(row, now)
        if row.settings != text:
            raise conflict()
        return 200, conversion_document(row, now)

    def get(self, conversion_id: str) -> dict[str, Any]:
        """
        The conversion.

        Raises:
            Refused: 404.
        """
        row = self.store.conversion(self.settings.owner, conversion_id)
        if row is None:
            raise Refused(404)
        return conversion_document(row, self.now())

    def list(self, request: Request) -> dict[str, Any]:
        """
        A page of all conversions, oldest first (service.md C.2).

        Raises:
            Refused: 400 where the page's link was tampered with.
        """
        now, size = self.now(), self.settings.page_size
        rows = self.store.conversions(self.settings.owner, after=place(request), limit=size + 1)
        link = next_link(request, rows[size - 1][0]) if len(rows) > size else None
        return conversion_list([conversion_document(row, now) for _, row in rows[:size]], link)

    def new_row(self, conversion_id: str, settings: dict[str, Any], text: str, now: float) -> ConversionRow:
        """
        A conversion asked for at `now`, not yet stored.
        """
        decide = self.settings.decide
        outcome = (decide(settings) if decide else None) or decide_by_name(settings)
        return ConversionRow(
            account=self.settings.owner,
            id=conversion_id,
            created=now,
            settings=text,
            started=now + self.settings.conversion_start,
            finished=now + self.settings.conversion_end,
            outcome=outcome.status,
            error_code=outcome.code,
            error_message=outcome.message,
        )
