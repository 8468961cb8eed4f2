# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="ConversionOutput")


@_attrs_define
class ConversionOutput:
    """Where the result lies; only in status Succeeded.

    Attributes:
        output_asset_uri (str | Unset): URI of the .arrAsset, without a signature: container, blobPrefix and
            outputAssetFilename joined.
    """

    output_asset_uri: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        output_asset_uri = self.output_asset_uri

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if output_asset_uri is not UNSET:
            field_dict["outputAssetUri"] = output_asset_uri

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in {"outputAssetUri"}}
        output_asset_uri = d.pop("outputAssetUri", UNSET)

        conversion_output = cls(
            output_asset_uri=output_asset_uri,
        )

        conversion_output.additional_properties = d
        return conversion_output

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
