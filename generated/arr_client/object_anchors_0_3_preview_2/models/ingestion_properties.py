# Made from spec/openapi/object_anchors_0_3_preview_2.yaml. Do not edit: run `python scripts/regenerate.py`.

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.conversion_error_code import ConversionErrorCode
from ..models.job_status import JobStatus
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T", bound="IngestionProperties")


@_attrs_define
class IngestionProperties:
    """A job. A caller sets inputAssetUri, assetFileType and ingestionConfiguration; the service fills in the rest.

    Attributes:
        client_error_details (str | Unset): What the caller did wrong; only in status Failed. Filled by the service.
        server_error_details (str | Unset): What went wrong in the service; only in status Failed. Filled by the
            service.
        error_code (ConversionErrorCode | str | Unset): Why the job failed; NO_ERROR while it has not. Filled by the
            service.
        job_id (UUID | Unset): ID given when the job was created.
        output_model_uri (str | Unset): Where the result can be fetched; only in status Succeeded. Filled by the
            service.
        job_status (JobStatus | str | Unset): Where the job is in its life.
        asset_file_type (str | Unset): Format of the model, as the file's ending without a dot: ply, obj, fbx, glb or
            gltf.
        input_asset_uri (str | Unset): Where the model was uploaded; one that blobUploadEndpoint gave.
        account_id (UUID | Unset): Account ID of the account that owns the job.
        ingestion_configuration (IngestionConfiguration | Unset): How the service is to read the model.
        scaled_asset_dimensions (None | Unset | Vector3): Extent of the model along its axes in metres; null until
            known. Filled by the service.
    """

    client_error_details: str | Unset = UNSET
    server_error_details: str | Unset = UNSET
    error_code: ConversionErrorCode | str | Unset = UNSET
    job_id: UUID | Unset = UNSET
    output_model_uri: str | Unset = UNSET
    job_status: JobStatus | str | Unset = UNSET
    asset_file_type: str | Unset = UNSET
    input_asset_uri: str | Unset = UNSET
    account_id: UUID | Unset = UNSET
    ingestion_configuration: IngestionConfiguration | Unset = UNSET
    scaled_asset_dimensions: None | Unset | Vector3 = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        client_error_details = self.client_error_details

        server_error_details = self.server_error_details

        error_code: str | Unset
        if isinstance(self.error_code, Unset):
            error_code = UNSET
        elif isinstance(self.error_code, ConversionErrorCode):
            error_code = self.error_code.value
        else:
            error_code = self.error_code

        job_id: str | Unset = UNSET
        if not isinstance(self.job_id, Unset):
            job_id = str(self.job_id)

        output_model_uri = self.output_model_uri

        job_status: str | Unset
        if isinstance(self.job_status, Unset):
            job_status = UNSET
        elif isinstance(self.job_status, JobStatus):
            job_status = self.job_status.value
        else:
            job_status = self.job_status

        asset_file_type = self.asset_file_type

        input_asset_uri = self.input_asset_uri

        account_id: str | Unset = UNSET
        if not isinstance(self.account_id, Unset):
            account_id = str(self.account_id)

        ingestion_configuration: dict[str, Any] | Unset = UNSET
        if not isinstance(self.ingestion_configuration, Unset):
            ingestion_configuration = self.ingestion_configuration.to_dict()

        scaled_asset_dimensions: dict[str, Any] | None | Unset
        if isinstance(self.scaled_asset_dimensions, Unset):
            scaled_asset_dimensions = UNSET
        elif isinstance(self.scaled_asset_dimensions, Vector3):
            scaled_asset_dimensions = self.scaled_asset_dimensions.to_dict()
        else:
            scaled_asset_dimensions = self.scaled_asset_dimensions

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if client_error_details is not UNSET:
            field_dict["clientErrorDetails"] = client_error_details
        if server_error_details is not UNSET:
            field_dict["serverErrorDetails"] = server_error_details
        if error_code is not UNSET:
            field_dict["errorCode"] = error_code
        if job_id is not UNSET:
            field_dict["jobId"] = job_id
        if output_model_uri is not UNSET:
            field_dict["outputModelUri"] = output_model_uri
        if job_status is not UNSET:
            field_dict["jobStatus"] = job_status
        if asset_file_type is not UNSET:
            field_dict["assetFileType"] = asset_file_type
        if input_asset_uri is not UNSET:
            field_dict["inputAssetUri"] = input_asset_uri
        if account_id is not UNSET:
            field_dict["accountId"] = account_id
        if ingestion_configuration is not UNSET:
            field_dict["ingestionConfiguration"] = ingestion_configuration
        if scaled_asset_dimensions is not UNSET:
            field_dict["scaledAssetDimensions"] = scaled_asset_dimensions

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        if None in d.values():
            d = {
                k: v
                for k, v in d.items()
                if v is not None
                or k
                not in {
                    "clientErrorDetails",
                    "serverErrorDetails",
                    "errorCode",
                    "jobId",
                    "outputModelUri",
                    "jobStatus",
                    "assetFileType",
                    "inputAssetUri",
                    "accountId",
                    "ingestionConfiguration",
                }
            }
        client_error_details = d.pop("clientErrorDetails", UNSET)

        server_error_details = d.pop("serverErrorDetails", UNSET)

        def _parse_error_code(data: object) -> ConversionErrorCode | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_conversion_error_code_conversion_error_code = ConversionErrorCode(data)

                return componentsschemas_conversion_error_code_conversion_error_code
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("ConversionErrorCode | str | Unset", data)

        error_code = _parse_error_code(d.pop("errorCode", UNSET))

        _job_id = d.pop("jobId", UNSET)
        job_id: UUID | Unset
        if isinstance(_job_id, Unset):
            job_id = UNSET
        else:
            job_id = UUID(_job_id)

        output_model_uri = d.pop("outputModelUri", UNSET)

        def _parse_job_status(data: object) -> JobStatus | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                componentsschemas_job_status_job_status = JobStatus(data)

                return componentsschemas_job_status_job_status
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("JobStatus | str | Unset", data)

        job_status = _parse_job_status(d.pop("jobStatus", UNSET))

        asset_file_type = d.pop("assetFileType", UNSET)

        input_asset_uri = d.pop("inputAssetUri", UNSET)

        _account_id = d.pop("accountId", UNSET)
        account_id: UUID | Unset
        if isinstance(_account_id, Unset):
            account_id = UNSET
        else:
            account_id = UUID(_account_id)

        _ingestion_configuration = d.pop("ingestionConfiguration", UNSET)
        ingestion_configuration: IngestionConfiguration | Unset
        if isinstance(_ingestion_configuration, Unset):
            ingestion_configuration = UNSET
        else:
            ingestion_configuration = IngestionConfiguration.from_dict(_ingestion_configuration)

        def _parse_scaled_asset_dimensions(data: object) -> None | Unset | Vector3:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                scaled_asset_dimensions_type_0 = Vector3.from_dict(data)

                return scaled_asset_dimensions_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast("None | Unset | Vector3", data)

        scaled_asset_dimensions = _parse_scaled_asset_dimensions(d.pop("scaledAssetDimensions", UNSET))

        ingestion_properties = cls(
            client_error_details=client_error_details,
            server_error_details=server_error_details,
            error_code=error_code,
            job_id=job_id,
            output_model_uri=output_model_uri,
            job_status=job_status,
            asset_file_type=asset_file_type,
            input_asset_uri=input_asset_uri,
            account_id=account_id,
            ingestion_configuration=ingestion_configuration,
            scaled_asset_dimensions=scaled_asset_dimensions,
        )

        ingestion_properties.additional_properties = d
        return ingestion_properties

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
from ..models.ingestion_configuration import IngestionConfiguration
from ..models.vector_3 import Vector3
