# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="CreateConversionSettings")


@_attrs_define
class CreateConversionSettings:
    """What a new conversion shall do.

    Attributes:
        settings (ConversionSettings): Source and destination.
    """

    settings: ConversionSettings
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        settings = self.settings.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "settings": settings,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        settings = ConversionSettings.from_dict(d.pop("settings"))

        create_conversion_settings = cls(
            settings=settings,
        )

        create_conversion_settings.additional_properties = d
        return create_conversion_settings

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
from ..models.conversion_settings import ConversionSettings
