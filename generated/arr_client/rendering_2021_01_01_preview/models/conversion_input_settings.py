# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="ConversionInputSettings")


@_attrs_define
class ConversionInputSettings:
    """Where a conversion reads its model.

    Attributes:
        storage_container_uri (str): URI of the blob container with the model, without a signature.
        relative_input_asset_path (str): Path of the model below blobPrefix. FBX, glTF and GLB, and point clouds in XYZ,
            PLY, E57, LAS and LAZ are accepted (documented).
        storage_container_read_list_sas (str | Unset): Shared access signature of the container with read and list
            rights, as a query string with or without "?". It has to outlive the conversion. Left out, the storage account
            must be linked to the Remote Rendering account. Never echoed.
        blob_prefix (str | Unset): Fetch only blobs whose names begin so; default everything in the container. Echoed
            with "/" at the end (recorded).
    """

    storage_container_uri: str
    relative_input_asset_path: str
    storage_container_read_list_sas: str | Unset = UNSET
    blob_prefix: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        storage_container_uri = self.storage_container_uri

        relative_input_asset_path = self.relative_input_asset_path

        storage_container_read_list_sas = self.storage_container_read_list_sas

        blob_prefix = self.blob_prefix

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "storageContainerUri": storage_container_uri,
                "relativeInputAssetPath": relative_input_asset_path,
            }
        )
        if storage_container_read_list_sas is not UNSET:
            field_dict["storageContainerReadListSas"] = storage_container_read_list_sas
        if blob_prefix is not UNSET:
            field_dict["blobPrefix"] = blob_prefix

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in {"storageContainerReadListSas", "blobPrefix"}}
        storage_container_uri = d.pop("storageContainerUri")

        relative_input_asset_path = d.pop("relativeInputAssetPath")

        storage_container_read_list_sas = d.pop("storageContainerReadListSas", UNSET)

        blob_prefix = d.pop("blobPrefix", UNSET)

        conversion_input_settings = cls(
            storage_container_uri=storage_container_uri,
            relative_input_asset_path=relative_input_asset_path,
            storage_container_read_list_sas=storage_container_read_list_sas,
            blob_prefix=blob_prefix,
        )

        conversion_input_settings.additional_properties = d
        return conversion_input_settings

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
