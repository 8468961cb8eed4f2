# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="ConversionOutputSettings")


@_attrs_define
class ConversionOutputSettings:
    """Where a conversion writes its result.

    Attributes:
        storage_container_uri (str): URI of the blob container for the result, without a signature.
        storage_container_write_sas (str | Unset): Shared access signature of the container with write rights, as a
            query string with or without "?". It has to outlive the conversion. Left out, the storage account must be linked
            to the Remote Rendering account. Never echoed.
        blob_prefix (str | Unset): Put this before the names of all written blobs, as a folder; default the container's
            root. Echoed with "/" at the end (recorded).
        output_asset_filename (str | Unset): Name of the written asset, ending in .arrAsset; default the model's name
            with that ending (recorded).
    """

    storage_container_uri: str
    storage_container_write_sas: str | Unset = UNSET
    blob_prefix: str | Unset = UNSET
    output_asset_filename: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        storage_container_uri = self.storage_container_uri

        storage_container_write_sas = self.storage_container_write_sas

        blob_prefix = self.blob_prefix

        output_asset_filename = self.output_asset_filename

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "storageContainerUri": storage_container_uri,
            }
        )
        if storage_container_write_sas is not UNSET:
            field_dict["storageContainerWriteSas"] = storage_container_write_sas
        if blob_prefix is not UNSET:
            field_dict["blobPrefix"] = blob_prefix
        if output_asset_filename is not UNSET:
            field_dict["outputAssetFilename"] = output_asset_filename

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {
                k: v
                for k, v in d.items()
                if v is not None or k not in {"storageContainerWriteSas", "blobPrefix", "outputAssetFilename"}
            }
        storage_container_uri = d.pop("storageContainerUri")

        storage_container_write_sas = d.pop("storageContainerWriteSas", UNSET)

        blob_prefix = d.pop("blobPrefix", UNSET)

        output_asset_filename = d.pop("outputAssetFilename", UNSET)

        conversion_output_settings = cls(
            storage_container_uri=storage_container_uri,
            storage_container_write_sas=storage_container_write_sas,
            blob_prefix=blob_prefix,
            output_asset_filename=output_asset_filename,
        )

        conversion_output_settings.additional_properties = d
        return conversion_output_settings

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
