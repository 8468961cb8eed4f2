# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="ConversionSettings")


@_attrs_define
class ConversionSettings:
    """Source and destination of a conversion.

    Attributes:
        input_location (ConversionInputSettings): Container and path of the model to convert.
        output_location (ConversionOutputSettings): Container and name of the asset to write.
    """

    input_location: ConversionInputSettings
    output_location: ConversionOutputSettings
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        input_location = self.input_location.to_dict()

        output_location = self.output_location.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "inputLocation": input_location,
                "outputLocation": output_location,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        input_location = ConversionInputSettings.from_dict(d.pop("inputLocation"))

        output_location = ConversionOutputSettings.from_dict(d.pop("outputLocation"))

        conversion_settings = cls(
            input_location=input_location,
            output_location=output_location,
        )

        conversion_settings.additional_properties = d
        return conversion_settings

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
from ..models.conversion_input_settings import ConversionInputSettings
from ..models.conversion_output_settings import ConversionOutputSettings
