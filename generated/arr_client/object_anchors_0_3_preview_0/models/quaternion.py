# Made from spec/openapi/object_anchors_0_3_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="Quaternion")


@_attrs_define
class Quaternion:
    """A rotation in space as a quaternion, single precision.

    Attributes:
        x (float): Imaginary part along the first axis.
        y (float): Imaginary part along the second axis.
        z (float): Imaginary part along the third axis.
        w (float): Real part.
        is_identity (bool | Unset): Whether this rotates nothing. Filled by the service.
    """

    x: float
    y: float
    z: float
    w: float
    is_identity: bool | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        x = self.x

        y = self.y

        z = self.z

        w = self.w

        is_identity = self.is_identity

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
        if is_identity is not UNSET:
            field_dict["isIdentity"] = is_identity

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in {"isIdentity"}}
        x = d.pop("x")

        y = d.pop("y")

        z = d.pop("z")

        w = d.pop("w")

        is_identity = d.pop("isIdentity", UNSET)

        quaternion = cls(
            x=x,
            y=y,
            z=z,
            w=w,
            is_identity=is_identity,
        )

        quaternion.additional_properties = d
        return quaternion

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
