# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_size import SessionSize
from ..models.session_status import SessionStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="SessionProperties")


@_attrs_define
class SessionProperties:
    """A rendering session. Until it is Ready the service sends unset fields as null or 0 (January and February 2021) or
    leaves them out (March 2021 onward): read absent, null and 0 alike.

        Attributes:
            id (str): ID given when the session was created.
            size (SessionSize | str): Size the session was created with; it never changes.
            status (SessionStatus | str): Where the session is in its life.
            arr_inspector_port (int | Unset): TCP port of the inspector's web page on hostname, 49152 to 65534; 0 or absent
                unless the session is Ready.
            handshake_port (int | Unset): TCP port where a client begins its connection on hostname, 49152 to 65534; 0 or
                absent unless the session is Ready.
            elapsed_time_minutes (int | Unset): Whole minutes spent in Ready so far, rounded down; it stays at its last
                value after the end.
            hostname (None | str | Unset): Name of the machine that renders; null or absent unless the session is Ready.
            max_lease_time_minutes (int | Unset): Minutes the session may stay in Ready before it expires, as last set.
            teraflops (float | Unset): Computing power of the session's GPU in teraflops; 0 or absent until the machine is
                known. Recorded for Standard: 8.1, 10.6 and 14.0.
            error (Error | None | Unset): Why the session failed; only in status Error.
            creation_time (datetime.datetime | Unset): Instant of creation, ISO 8601 in UTC with up to seven digits of a
                second; sessions end in +00:00.
    """

    id: str
    size: SessionSize | str
    status: SessionStatus | str
    arr_inspector_port: int | Unset = UNSET
    handshake_port: int | Unset = UNSET
    elapsed_time_minutes: int | Unset = UNSET
    hostname: None | str | Unset = UNSET
    max_lease_time_minutes: int | Unset = UNSET
    teraflops: float | Unset = UNSET
    error: Error | None | Unset = UNSET
    creation_time: datetime.datetime | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        size: str
        if isinstance(self.size, SessionSize):
            size = self.size.value
        else:
            size = self.size

        status: str
        if isinstance(self.status, SessionStatus):
            status = self.status.value
        else:
            status = self.status

        arr_inspector_port = self.arr_inspector_port

        handshake_port = self.handshake_port

        elapsed_time_minutes = self.elapsed_time_minutes

        hostname: None | str | Unset
        if isinstance(self.hostname, Unset):
            hostname = UNSET
        else:
            hostname = self.hostname

        max_lease_time_minutes = self.max_lease_time_minutes

        teraflops = self.teraflops

        error: dict[str, Any] | None | Unset
        if isinstance(self.error, Unset):
            error = UNSET
        elif isinstance(self.error, Error):
            error = self.error.to_dict()
        else:
            error = self.error

        creation_time: str | Unset = UNSET
        if not isinstance(self.creation_time, Unset):
            creation_time = self.creation_time.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "size": size,
                "status": status,
            }
        )
        if arr_inspector_port is not UNSET:
            field_dict["arrInspectorPort"] = arr_inspector_port
        if handshake_port is not UNSET:
            field_dict["handshakePort"] = handshake_port
        if elapsed_time_minutes is not UNSET:
            field_dict["elapsedTimeMinutes"] = elapsed_time_minutes
        if hostname is not UNSET:
            field_dict["hostname"] = hostname
        if max_lease_time_minutes is not UNSET:
            field_dict["maxLeaseTimeMinutes"] = max_lease_time_minutes
        if teraflops is not UNSET:
            field_dict["teraflops"] = teraflops
        if error is not UNSET:
            field_dict["error"] = error
        if creation_time is not UNSET:
            field_dict["creationTime"] = creation_time

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {
                k: v
                for k, v in d.items()
                if v is not None
                or k
                not in {
                    "arrInspectorPort",
                    "handshakePort",
                    "elapsedTimeMinutes",
                    "maxLeaseTimeMinutes",
                    "teraflops",
                    "creationTime",
                }
            }
        id = d.pop("id")

        def _parse_size(data: object) -> SessionSize | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemassession_size_session_size = SessionSize(data)

                return componentsschemassession_size_session_size
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("SessionSize | str", data)

        size = _parse_size(d.pop("size"))

        def _parse_status(data: object) -> SessionStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemassession_status_session_status = SessionStatus(data)

                return componentsschemassession_status_session_status
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("SessionStatus | str", data)

        status = _parse_status(d.pop("status"))

        arr_inspector_port = d.pop("arrInspectorPort", UNSET)

        handshake_port = d.pop("handshakePort", UNSET)

        elapsed_time_minutes = d.pop("elapsedTimeMinutes", UNSET)

        def _parse_hostname(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        hostname = _parse_hostname(d.pop("hostname", UNSET))

        max_lease_time_minutes = d.pop("maxLeaseTimeMinutes", UNSET)

        teraflops = d.pop("teraflops", UNSET)

        def _parse_error(data: object) -> Error | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = Error.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("Error | None | Unset", data)

        error = _parse_error(d.pop("error", UNSET))

        _creation_time = d.pop("creationTime", UNSET)
        creation_time: datetime.datetime | Unset
        if isinstance(_creation_time, Unset):
            creation_time = UNSET
        else:
            creation_time = datetime.datetime.fromisoformat(_creation_time)

        session_properties = cls(
            id=id,
            size=size,
            status=status,
            arr_inspector_port=arr_inspector_port,
            handshake_port=handshake_port,
            elapsed_time_minutes=elapsed_time_minutes,
            hostname=hostname,
            max_lease_time_minutes=max_lease_time_minutes,
            teraflops=teraflops,
            error=error,
            creation_time=creation_time,
        )

        session_properties.additional_properties = d
        return session_properties

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


# Last, for models may need each other.
from ..models.error import Error
