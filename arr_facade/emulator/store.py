"""
Rows in SQLite, in memory or in a file that several processes share.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from contextlib import contextmanager
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

import attrs

from arr_facade.emulator.world import RETENTION, ConversionRow, FaultRow, SessionRow
from arr_facade.errors import ConfigurationError

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

__all__ = ["Store"]

_VERSION = 2
_PATIENCE = 10.0
"""Seconds for which another process's lock is waited for."""
_PRIMARY = 0xFF
"""The part of an error's code that names its kind (sqlite.org/rescode.html)."""
_DAMAGES = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_FAULTS = """
    CREATE TABLE faults (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      spec TEXT NOT NULL, matched INTEGER NOT NULL, struck INTEGER NOT NULL, window INTEGER NOT NULL,
      in_window INTEGER NOT NULL
    )"""

# `over` repeats the row's own property, so that an index finds the few live sessions among many ended ones.
_SCHEMA = (
    """
    CREATE TABLE sessions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL, id TEXT NOT NULL, size TEXT NOT NULL, created REAL NOT NULL,
      asked_lease INTEGER NOT NULL, lease INTEGER NOT NULL, ready REAL NOT NULL,
      hostname TEXT NOT NULL, handshake_port INTEGER NOT NULL, inspector_port INTEGER NOT NULL, teraflops REAL NOT NULL,
      ended REAL NOT NULL, ending TEXT NOT NULL, error_code TEXT, error_message TEXT, reads INTEGER, over REAL NOT NULL,
      UNIQUE (account, id)
    )""",
    "CREATE INDEX sessions_over ON sessions (account, over)",
    """
    CREATE TABLE conversions (
      seq INTEGER PRIMARY KEY AUTOINCREMENT,
      account TEXT NOT NULL, id TEXT NOT NULL, created REAL NOT NULL, settings TEXT NOT NULL,
      started REAL NOT NULL, finished REAL NOT NULL, outcome TEXT NOT NULL, error_code TEXT, error_message TEXT,
      UNIQUE (account, id)
    )""",
    "CREATE INDEX conversions_seq ON conversions (account, seq)",
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID",
    _FAULTS,
)
_FROM_VERSION_1 = ("ALTER TABLE sessions ADD COLUMN reads INTEGER", _FAULTS)
_MISSING: dict[int, tuple[str, ...]] = {0: _SCHEMA, 1: _FROM_VERSION_1, _VERSION: ()}

_SESSION_COLUMNS = [field.name for field in attrs.fields(SessionRow)]
_CONVERSION_COLUMNS = [field.name for field in attrs.fields(ConversionRow)]


def _upsert(table: str, columns: list[str]) -> str:
    marks = ", ".join(f":{name}" for name in columns)
    # Not INSERT OR REPLACE: that would give the row a new `seq` and so another place in the lists.
    changes = ", ".join(f"{name} = excluded.{name}" for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT (account, id) DO UPDATE SET {changes}"  # noqa: S608 - names from above, no input
    )


_SESSIONS = ", ".join(_SESSION_COLUMNS)
_CONVERSIONS = ", ".join(_CONVERSION_COLUMNS)
_GET_SESSION = f"SELECT {_SESSIONS} FROM sessions WHERE account = ? AND id = ?"  # noqa: S608 - names from above
_PUT_SESSION = _upsert("sessions", [*_SESSION_COLUMNS, "over"])
# Where most sessions live, a page is among the next few rows; where most have ended, the index of `over` finds the few
# that do not. Either way a page costs the same however many there are.
_NEXT_LIVE_SESSIONS = f"""
    SELECT seq, {_SESSIONS} FROM sessions WHERE seq IN (
      SELECT seq FROM (SELECT seq, over FROM sessions WHERE +account = ? AND seq > ? ORDER BY seq LIMIT ?)
      WHERE over > ?
    ) ORDER BY seq LIMIT ?
"""  # noqa: S608 - names from above
# The unary plus keeps SQLite on the index of `over`: it would else walk all rows in the order of `seq`. The index holds
# all that the inner query needs, so that only the rows of the page are read.
_LIVE_SESSIONS = f"""
    SELECT seq, {_SESSIONS} FROM sessions WHERE seq IN (
      SELECT seq FROM sessions WHERE account = ? AND over > ? AND +seq > ? ORDER BY +seq LIMIT ?
    ) ORDER BY seq
"""  # noqa: S608 - names from above
_GET_CONVERSION = f"SELECT {_CONVERSIONS} FROM conversions WHERE account = ? AND id = ?"  # noqa: S608 - names from above
_PUT_CONVERSION = _upsert("conversions", _CONVERSION_COLUMNS)
_ALL_CONVERSIONS = f"""
    SELECT seq, {_CONVERSIONS} FROM conversions WHERE account = ? AND seq > ? ORDER BY seq LIMIT ?
"""  # noqa: S608 - names from above


class Store:
    """
    Sessions and conversions by account and id; usable from any thread.

    Args:
        path: A file, made where it is missing, that any number of processes may have open (SQLite in WAL mode);
            None keeps everything in memory.

    Raises:
        ConfigurationError: The file cannot be opened, is no SQLite file, has somebody else's or another version's
            tables, or is damaged; the last also when it is read or written later.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            self._db = sqlite3.connect(
                path or ":memory:", timeout=_PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._open()
        except sqlite3.Error as error:
            raise ConfigurationError("state", str(path), f"cannot be used: {error}") from error

    def _open(self) -> None:
        # Before anything is written, the mode included: it may be somebody else's. The tables come first, for another
        # process that is making the file writes them and the version at once.
        (tables,) = self._db.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
        version = self._known_version()
        if tables and version == 0:
            advice = "name a file that is not there yet, and the emulator makes it"
            raise ConfigurationError("state", str(self.path), "is the database of another program", advice=advice)
        self._use_wal()
        # Enough for a killed process; only a power cut could lose the last writes, never tear the file.
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self.transaction():
            for statement in _MISSING[self._known_version()]:
                self._db.execute(statement)
            self._db.execute(f"PRAGMA user_version = {_VERSION}")

    def _known_version(self) -> int:
        version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version not in _MISSING:
            raise ConfigurationError("state", str(self.path), f"has tables of version {version}, not {_VERSION}")
        return version

    def damaged(self, reason: object) -> ConfigurationError:
        """
        The error that says so of the file.
        """
        advice = "move it away, and the emulator makes a new one; what can be saved of it, sqlite3's .recover saves"
        return ConfigurationError("state", str(self.path), f"is damaged: {reason}", advice=advice)

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        """
        Alone among the threads, with what SQLite says of a damaged file said as an error of the setting.
        """
        with self._lock:
            try:
                yield
            except sqlite3.DatabaseError as error:
                code = getattr(error, "sqlite_errorcode", None)
                # A text that is none comes without a code, and so does the use of a closed file, which is no damage.
                garbled = code is None and isinstance(error, sqlite3.OperationalError)
                if garbled or (code is not None and code & _PRIMARY in _DAMAGES):
                    raise self.damaged(error) from error
                raise

    def _use_wal(self) -> None:
        """
        Have the file in WAL mode, also where another process is making it at this moment.
        """
        deadline = monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError as error:
                # The connection's timeout does not count here: SQLite reads the mode first, and does not wait for a
                # second lock while it holds that one.
                if error.sqlite_errorcode & _PRIMARY != sqlite3.SQLITE_BUSY or monotonic() >= deadline:
                    raise
                sleep(0.01)
            else:
                return

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """
        Everything inside happens at once for all threads and processes, or not at all when it raises.

        Within another one it is a part of that.
        """
        with self._reaching():
            if self._db.in_transaction:
                yield
                return
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                # After some failures, such as a full disk, SQLite has rolled back by itself; after others it is still
                # inside, and what came next would be a part of this one.
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def session(self, account: str, session_id: str) -> SessionRow | None:
        """
        The session of that id, or None.
        """
        row = self._one(_GET_SESSION, (account, session_id))
        return None if row is None else SessionRow(*row)

    def live_sessions(self, account: str, now: float, *, after: int, limit: int) -> list[tuple[int, SessionRow]]:
        """
        Up to `limit` sessions not over at `now`, oldest first, each with its place; only places above `after`.
        """
        rows = self._all(_NEXT_LIVE_SESSIONS, (account, after, 4 * limit, now, limit))
        if len(rows) < limit:
            rows = self._all(_LIVE_SESSIONS, (account, now, after, limit))
        return [(row[0], SessionRow(*row[1:])) for row in rows]

    def count_live(self, account: str, size: str, now: float) -> int:
        """
        How many sessions of that size have a server at `now`.
        """
        row = self._one(
            "SELECT COUNT(*) FROM sessions WHERE account = ? AND over > ? AND size = ? AND ending != 'Error'",
            (account, now, size),
        )
        return row[0] if row else 0

    def save_session(self, row: SessionRow) -> None:
        """
        Add the session, or change the one with its account and id.
        """
        self._write(_PUT_SESSION, {**_columns(row), "over": row.over})

    def forget_sessions(self, account: str, now: float) -> None:
        """
        Remove what the service would not remember any more.
        """
        self._write("DELETE FROM sessions WHERE account = ? AND over <= ?", (account, now - RETENTION))

    def conversion(self, account: str, conversion_id: str) -> ConversionRow | None:
        """
        The conversion of that id, or None.
        """
        row = self._one(_GET_CONVERSION, (account, conversion_id))
        return None if row is None else self._conversion(row)

    def conversions(self, account: str, *, after: int, limit: int) -> list[tuple[int, ConversionRow]]:
        """
        Up to `limit` conversions, oldest first, each with its place; only places above `after`.
        """
        rows = self._all(_ALL_CONVERSIONS, (account, after, limit))
        return [(row[0], self._conversion(row[1:])) for row in rows]

    def save_conversion(self, row: ConversionRow) -> None:
        """
        Add the conversion, or change the one with its account and id.
        """
        self._write(_PUT_CONVERSION, _columns(row))

    def newest_sessions(self, limit: int) -> list[SessionRow]:
        """
        The last `limit` sessions of all accounts, ended ones too, oldest first.
        """
        rows = self._all(f"SELECT {_SESSIONS} FROM sessions ORDER BY seq DESC LIMIT ?", (limit,))  # noqa: S608 - names from above
        return [SessionRow(*row) for row in reversed(rows)]

    def newest_conversions(self, limit: int) -> list[ConversionRow]:
        """
        The last `limit` conversions of all accounts, oldest first.
        """
        rows = self._all(f"SELECT {_CONVERSIONS} FROM conversions ORDER BY seq DESC LIMIT ?", (limit,))  # noqa: S608 - names from above
        return [self._conversion(row) for row in reversed(rows)]

    def faults(self) -> list[FaultRow]:
        """
        The rules of faults with their counts, oldest first.
        """
        return [FaultRow(*row) for row in self._all("SELECT * FROM faults ORDER BY seq", ())]

    def add_fault(self, spec: str) -> int:
        """
        The number of a new rule.
        """
        with self._reaching():
            return self._db.execute("INSERT INTO faults VALUES (NULL, ?, 0, 0, 0, 0)", (spec,)).lastrowid or 0

    def save_fault(self, row: FaultRow) -> None:
        """
        Keep a rule's counts.
        """
        counts = "matched = :matched, struck = :struck, window = :window, in_window = :in_window"
        self._write(f"UPDATE faults SET {counts} WHERE seq = :number", attrs.asdict(row))  # noqa: S608 - names from above

    def remove_faults(self, number: int | None = None) -> int:
        """
        How many rules went: the one of that number, or all.
        """
        with self._reaching():
            return self._db.execute("DELETE FROM faults WHERE ? IS NULL OR seq = ?", (number, number)).rowcount

    def all_meta(self) -> dict[str, float]:
        """
        The numbers kept beside the rows.
        """
        return dict(self._all("SELECT key, value FROM meta", ()))

    def set_meta(self, key: str, value: float) -> None:
        """
        Keep a number beside the rows.
        """
        self._write("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def reset(self) -> None:
        """
        Remove all sessions and conversions, and the rules of faults.
        """
        with self.transaction():
            self._db.execute("DELETE FROM sessions")
            self._db.execute("DELETE FROM conversions")
            self._db.execute("DELETE FROM faults")

    def close(self) -> None:
        """
        Close the file; a second time does nothing.
        """
        with self._lock:
            self._db.close()

    def _one(self, sql: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        with self._reaching():
            found: tuple[Any, ...] | None = self._db.execute(sql, values).fetchone()
            return found

    def _all(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        with self._reaching():
            return self._db.execute(sql, values).fetchall()

    def _write(self, sql: str, values: tuple[Any, ...] | dict[str, Any]) -> None:
        with self._reaching():
            self._db.execute(sql, values)

    def _conversion(self, values: tuple[Any, ...]) -> ConversionRow:
        row = ConversionRow(*values)
        try:
            json.loads(row.settings)
        except (TypeError, ValueError) as error:
            raise self.damaged(f"the settings of conversion {row.id} are {error}") from error
        return row


def _columns(row: SessionRow | ConversionRow) -> dict[str, Any]:
    return attrs.asdict(row, recurse=False)
