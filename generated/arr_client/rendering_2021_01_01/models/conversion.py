# Made from spec/openapi/rendering_2021_01_01.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conversion_status import ConversionStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="Conversion")


@_attrs_define
class Conversion:
    """An asset conversion.

    Attributes:
        id (str): ID given when the conversion was created.
        settings (ConversionSettings): The settings as the service understood them, without the shared access
            signatures.
        error (Error | None): Why the conversion failed; null in every other status, and always present.
        status (ConversionStatus | str): Where the conversion is in its life.
        creation_time (datetime.datetime): Instant of creation, ISO 8601 in UTC with up to seven digits of a second;
            conversions end in Z.
        output (ConversionOutput | Unset): Where the result lies; only in status Succeeded.
    """

    id: str
    settings: ConversionSettings
    error: Error | None
    status: ConversionStatus | str
    creation_time: datetime.datetime
    output: ConversionOutput | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        settings = self.settings.to_dict()

        error: dict[str, Any] | None
        if isinstance(self.error, Error):
            error = self.error.to_dict()
        else:
            error = self.error

        status: str
        if isinstance(self.status, ConversionStatus):
            status = self.status.value
        else:
            status = self.status

        creation_time = self.creation_time.isoformat()

        output: dict[str, Any] | Unset = UNSET
        if not isinstance(self.output, Unset):
            output = self.output.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "settings": settings,
                "error": error,
                "status": status,
                "creationTime": creation_time,
            }
        )
        if output is not UNSET:
            field_dict["output"] = output

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {k: v for k, v in d.items() if v is not None or k not in {"output"}}
        id = d.pop("id")

        settings = ConversionSettings.from_dict(d.pop("settings"))

        def _parse_error(data: object) -> Error | None:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                error_type_0 = Error.from_dict(data)

                return error_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("Error | None", data)

        error = _parse_error(d.pop("error"))

        def _parse_status(data: object) -> ConversionStatus | str:
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemasconversion_status_conversion_status = ConversionStatus(data)

                return componentsschemasconversion_status_conversion_status
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("ConversionStatus | str", data)

        status = _parse_status(d.pop("status"))

        creation_time = datetime.datetime.fromisoformat(d.pop("creationTime"))

        _output = d.pop("output", UNSET)
        output: ConversionOutput | Unset
        if isinstance(_output, Unset):
            output = UNSET
        else:
            output = ConversionOutput.from_dict(_output)

        conversion = cls(
            id=id,
            settings=settings,
            error=error,
            status=status,
            creation_time=creation_time,
            output=output,
        )

        conversion.additional_properties = d
        return conversion

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
from ..models.conversion_output import ConversionOutput
from ..models.conversion_settings import ConversionSettings
from ..models.error import Error
