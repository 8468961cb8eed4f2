# Made from spec/openapi/object_anchors_0_3_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="Pose")


@_attrs_define
class Pose:
    """Where something is and which way it looks.

    Attributes:
        rotation (Quaternion): Which way it looks.
        translation (Vector3): Where it is.
    """

    rotation: Quaternion
    translation: Vector3
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        rotation = self.rotation.to_dict()

        translation = self.translation.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "rotation": rotation,
                "translation": translation,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        rotation = Quaternion.from_dict(d.pop("rotation"))

        translation = Vector3.from_dict(d.pop("translation"))

        pose = cls(
            rotation=rotation,
            translation=translation,
        )

        pose.additional_properties = d
        return pose

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
from ..models.quaternion import Quaternion
from ..models.vector_3 import Vector3
