# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.session_size import SessionSize

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="CreateSessionSettings")


@_attrs_define
class CreateSessionSettings:
    """What a new session shall be.

    Attributes:
        max_lease_time_minutes (int): Lease in minutes, counted from Ready: 0 to 1440 (documented). A negative value is
            answered with 400 (recorded); what more than 1440 gets was never recorded.
        size (SessionSize | str): Size of the machine. Fixed for the session's life, and what the price depends on.
    """

    max_lease_time_minutes: int
    size: SessionSize | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        max_lease_time_minutes = self.max_lease_time_minutes

        size: str
        if isinstance(self.size, SessionSize):
            size = self.size.value
        else:
            size = self.size

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "maxLeaseTimeMinutes": max_lease_time_minutes,
                "size": size,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        max_lease_time_minutes = d.pop("maxLeaseTimeMinutes")

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

        create_session_settings = cls(
            max_lease_time_minutes=max_lease_time_minutes,
            size=size,
        )

        create_session_settings.additional_properties = d
        return create_session_settings

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
