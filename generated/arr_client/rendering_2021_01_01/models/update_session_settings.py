# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="UpdateSessionSettings")


@_attrs_define
class UpdateSessionSettings:
    """What shall change in a session; only the lease can.

    Attributes:
        max_lease_time_minutes (int): New lease in minutes, a total counted from Ready: strictly larger than the present
            one and below 1440 (documented; creation allows 1440 itself).
    """

    max_lease_time_minutes: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        max_lease_time_minutes = self.max_lease_time_minutes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "maxLeaseTimeMinutes": max_lease_time_minutes,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        max_lease_time_minutes = d.pop("maxLeaseTimeMinutes")

        update_session_settings = cls(
            max_lease_time_minutes=max_lease_time_minutes,
        )

        update_session_settings.additional_properties = d
        return update_session_settings

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
