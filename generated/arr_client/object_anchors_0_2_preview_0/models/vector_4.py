# Made from spec/openapi/object_anchors_0_2_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="Vector4")


@_attrs_define
class Vector4:
    """Four numbers, single precision; as a plane, its normal and its distance from the origin.

    Attributes:
        x (float): First number; of a plane the normal along the first axis.
        y (float): Second number; of a plane the normal along the second axis.
        z (float): Third number; of a plane the normal along the third axis.
        w (float): Fourth number; of a plane the distance from the origin.
    """

    x: float
    y: float
    z: float
    w: float
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        x = self.x

        y = self.y

        z = self.z

        w = self.w

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "x": x,
                "y": y,
                "z": z,
                "w": w,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        x = d.pop("x")

        y = d.pop("y")

        z = d.pop("z")

        w = d.pop("w")

        vector_4 = cls(
            x=x,
            y=y,
            z=z,
            w=w,
        )

        vector_4.additional_properties = d
        return vector_4

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
