# Made from spec/openapi/object_anchors_0_2_preview_0.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="IngestionConfiguration")


@_attrs_define
class IngestionConfiguration:
    """How the service reads a model. Callers need gravity and scale.

    Attributes:
        gravity (Vector3): Which way is down in the model's space; a vector of zeros is refused.
        scale (float): Metres per unit of the file; larger than 0.
        dimensions (None | Unset | Vector3): Extent of the model along its axes in the units of the file; null until
            known.
        bounding_box_center (None | Unset | Vector3): Middle of the box around the model in the units of the file; null
            until known.
        key_frame_indexes (list[int] | None | Unset): Which frames of the trajectory were used; null until known.
        gt_trajectory (list[Pose] | Unset): Camera poses that serve as the truth to compare with.
        principal_axis (None | Quaternion | Unset): How the box around the model is turned; null until known.
        supporting_plane (None | Unset | Vector4): The plane the object stands on; null where there is none.
        test_trajectory (list[Pose] | Unset): Camera poses that the result is tried with.
    """

    gravity: Vector3
    scale: float
    dimensions: None | Unset | Vector3 = UNSET
    bounding_box_center: None | Unset | Vector3 = UNSET
    key_frame_indexes: list[int] | None | Unset = UNSET
    gt_trajectory: list[Pose] | Unset = UNSET
    principal_axis: None | Quaternion | Unset = UNSET
    supporting_plane: None | Unset | Vector4 = UNSET
    test_trajectory: list[Pose] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        gravity = self.gravity.to_dict()

        scale = self.scale

        dimensions: dict[str, Any] | None | Unset
        if isinstance(self.dimensions, Unset):
            dimensions = UNSET
        elif isinstance(self.dimensions, Vector3):
            dimensions = self.dimensions.to_dict()
        else:
            dimensions = self.dimensions

        bounding_box_center: dict[str, Any] | None | Unset
        if isinstance(self.bounding_box_center, Unset):
            bounding_box_center = UNSET
        elif isinstance(self.bounding_box_center, Vector3):
            bounding_box_center = self.bounding_box_center.to_dict()
        else:
            bounding_box_center = self.bounding_box_center

        key_frame_indexes: list[int] | None | Unset
        if isinstance(self.key_frame_indexes, Unset):
            key_frame_indexes = UNSET
        elif isinstance(self.key_frame_indexes, list):
            key_frame_indexes = self.key_frame_indexes

        else:
            key_frame_indexes = self.key_frame_indexes

        gt_trajectory: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.gt_trajectory, Unset):
            gt_trajectory = []
            for gt_trajectory_item_data in self.gt_trajectory:
                gt_trajectory_item = gt_trajectory_item_data.to_dict()
                gt_trajectory.append(gt_trajectory_item)

        principal_axis: dict[str, Any] | None | Unset
        if isinstance(self.principal_axis, Unset):
            principal_axis = UNSET
        elif isinstance(self.principal_axis, Quaternion):
            principal_axis = self.principal_axis.to_dict()
        else:
            principal_axis = self.principal_axis

        supporting_plane: dict[str, Any] | None | Unset
        if isinstance(self.supporting_plane, Unset):
            supporting_plane = UNSET
        elif isinstance(self.supporting_plane, Vector4):
            supporting_plane = self.supporting_plane.to_dict()
        else:
            supporting_plane = self.supporting_plane

        test_trajectory: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.test_trajectory, Unset):
            test_trajectory = []
            for test_trajectory_item_data in self.test_trajectory:
                test_trajectory_item = test_trajectory_item_data.to_dict()
                test_trajectory.append(test_trajectory_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "gravity": gravity,
                "scale": scale,
            }
        )
        if dimensions is not UNSET:
            field_dict["dimensions"] = dimensions
        if bounding_box_center is not UNSET:
            field_dict["boundingBoxCenter"] = bounding_box_center
        if key_frame_indexes is not UNSET:
            field_dict["keyFrameIndexes"] = key_frame_indexes
        if gt_trajectory is not UNSET:
            field_dict["gtTrajectory"] = gt_trajectory
        if principal_axis is not UNSET:
            field_dict["principalAxis"] = principal_axis
        if supporting_plane is not UNSET:
            field_dict["supportingPlane"] = supporting_plane
        if test_trajectory is not UNSET:
            field_dict["testTrajectory"] = test_trajectory

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in {"gtTrajectory", "testTrajectory"}}
        gravity = Vector3.from_dict(d.pop("gravity"))

        scale = d.pop("scale")

        def _parse_dimensions(data: object) -> None | Unset | Vector3:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                dimensions_type_0 = Vector3.from_dict(data)

                return dimensions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Unset | Vector3", data)

        dimensions = _parse_dimensions(d.pop("dimensions", UNSET))

        def _parse_bounding_box_center(data: object) -> None | Unset | Vector3:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                bounding_box_center_type_0 = Vector3.from_dict(data)

                return bounding_box_center_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Unset | Vector3", data)

        bounding_box_center = _parse_bounding_box_center(d.pop("boundingBoxCenter", UNSET))

        def _parse_key_frame_indexes(data: object) -> list[int] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                key_frame_indexes_type_0 = cast("list[int]", data)

                return key_frame_indexes_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[int] | None | Unset", data)

        key_frame_indexes = _parse_key_frame_indexes(d.pop("keyFrameIndexes", UNSET))

        _gt_trajectory = d.pop("gtTrajectory", UNSET)
        gt_trajectory: list[Pose] | Unset = UNSET
        if _gt_trajectory is not UNSET:
            gt_trajectory = []
            for gt_trajectory_item_data in _gt_trajectory:
                gt_trajectory_item = Pose.from_dict(gt_trajectory_item_data)

                gt_trajectory.append(gt_trajectory_item)

        def _parse_principal_axis(data: object) -> None | Quaternion | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                principal_axis_type_0 = Quaternion.from_dict(data)

                return principal_axis_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Quaternion | Unset", data)

        principal_axis = _parse_principal_axis(d.pop("principalAxis", UNSET))

        def _parse_supporting_plane(data: object) -> None | Unset | Vector4:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                supporting_plane_type_0 = Vector4.from_dict(data)

                return supporting_plane_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Unset | Vector4", data)

        supporting_plane = _parse_supporting_plane(d.pop("supportingPlane", UNSET))

        _test_trajectory = d.pop("testTrajectory", UNSET)
        test_trajectory: list[Pose] | Unset = UNSET
        if _test_trajectory is not UNSET:
            test_trajectory = []
            for test_trajectory_item_data in _test_trajectory:
                test_trajectory_item = Pose.from_dict(test_trajectory_item_data)

                test_trajectory.append(test_trajectory_item)

        ingestion_configuration = cls(
            gravity=gravity,
            scale=scale,
            dimensions=dimensions,
            bounding_box_center=bounding_box_center,
            key_frame_indexes=key_frame_indexes,
            gt_trajectory=gt_trajectory,
            principal_axis=principal_axis,
            supporting_plane=supporting_plane,
            test_trajectory=test_trajectory,
        )

        ingestion_configuration.additional_properties = d
        return ingestion_configuration

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
from ..models.pose import Pose
from ..models.quaternion import Quaternion
from ..models.vector_3 import Vector3
from ..models.vector_4 import Vector4
