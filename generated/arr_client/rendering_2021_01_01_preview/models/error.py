# Made from spec/openapi/rendering_2021_01_01_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="Error")


@_attrs_define
class Error:
    """An error as the service reports it. Do not decide by the message, which changed over the years.

    Attributes:
        code (str): Short name of the error. Recorded: BadRequest, ConversionProcessFailed,
            DelegatedResourceAccessError. Later seen: InputContainerError, ValidationError.
        message (str): Text for people, in English.
        details (list[Error] | None | Unset): Errors that led to this one; validation errors nest here. Null in
            recordings of early 2021.
        target (None | str | Unset): What the error is about, such as a field. Null in recordings of early 2021.
        inner_error (Error | None | Unset): A more specific error. Null wherever it was recorded.
    """

    code: str
    message: str
    details: list[Error] | None | Unset = UNSET
    target: None | str | Unset = UNSET
    inner_error: Error | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        message = self.message

        details: list[dict[str, Any]] | None | Unset
        if isinstance(self.details, Unset):
            details = UNSET
        elif isinstance(self.details, list):
            details = []
            for details_type_0_item_data in self.details:
                details_type_0_item = details_type_0_item_data.to_dict()
                details.append(details_type_0_item)

        else:
            details = self.details

        target: None | str | Unset
        if isinstance(self.target, Unset):
            target = UNSET
        else:
            target = self.target

        inner_error: dict[str, Any] | None | Unset
        if isinstance(self.inner_error, Unset):
            inner_error = UNSET
        elif isinstance(self.inner_error, Error):
            inner_error = self.inner_error.to_dict()
        else:
            inner_error = self.inner_error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
                "message": message,
            }
        )
        if details is not UNSET:
            field_dict["details"] = details
        if target is not UNSET:
            field_dict["target"] = target
        if inner_error is not UNSET:
            field_dict["innerError"] = inner_error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        code = d.pop("code")

        message = d.pop("message")

        def _parse_details(data: object) -> list[Error] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                details_type_0 = []
                _details_type_0 = data
                for details_type_0_item_data in _details_type_0:
                    details_type_0_item = Error.from_dict(details_type_0_item_data)

                    details_type_0.append(details_type_0_item)

                return details_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("list[Error] | None | Unset", data)

        details = _parse_details(d.pop("details", UNSET))

        def _parse_target(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast("None | str | Unset", data)

        target = _parse_target(d.pop("target", UNSET))

        def _parse_inner_error(data: object) -> Error | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                inner_error_type_0 = Error.from_dict(data)

                return inner_error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("Error | None | Unset", data)

        inner_error = _parse_inner_error(d.pop("innerError", UNSET))

        error = cls(
            code=code,
            message=message,
            details=details,
            target=target,
            inner_error=inner_error,
        )

        error.additional_properties = d
        return error

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
