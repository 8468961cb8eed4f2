# Made from spec/pins.toml. Do not edit: run `python scripts/regenerate.py`.

"""
What arr_client was made from.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class ApiProvenance:
    """
    What one sub-package was made from.

    Attributes:
        service: The service.
        api_version: The api-version the sub-package speaks.
        default: Whether the service is used in this version unless another is asked for.
        path: The Swagger's path in the upstream repository.
        sha256: Of the Swagger.
        document_sha256: Of the OpenAPI document the Swagger was lowered to.
        files: Path relative to the Swagger and sha256 of every file it refers to.
    """

    service: str
    api_version: str
    default: bool
    path: str
    sha256: str
    document_sha256: str
    files: Mapping[str, str]


@dataclass(frozen=True)
class Provenance:
    """
    What the package was made from, and by what.

    Attributes:
        repository: The upstream repository on GitHub.
        commit: The commit of it.
        tools: Distribution and version of what generated and formatted the code.
        apis: Sub-package and what it was made from.
    """

    repository: str
    commit: str
    tools: Mapping[str, str]
    apis: Mapping[str, ApiProvenance]


PROVENANCE: Final = Provenance(
    repository="Azure/azure-rest-api-specs",
    commit="338ccc7bfc79689760959765543387e58b0e4855",
    tools=MappingProxyType(
        {
            "openapi-python-client": "0.29.1",
            "ruff": "0.17.6",
        }
    ),
    apis=MappingProxyType(
        {
            "rendering_2021_01_01": ApiProvenance(
                service="rendering",
                api_version="2021-01-01",
                default=True,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/stable/2021-01-01/mr-arr.json",
                sha256="7856f089c5e9fa0695266775e5a741d19bd4ddc374de52b803e45c00d7a132a3",
                document_sha256="b9f97ae7c4ba96ecc0108ac20cdd8968753f2eccf0b193eea72fb4678aedbc5c",
                files=MappingProxyType(
                    {
                        "examples/CreateConversion.json": "fbd6ba33693943c13cbb2eea0a82300ce09ce2c74bffc580f6de83e4947c72f5",
                        "examples/CreateSession.json": "f27e3b96fc5c4c3d1d313bb62e670afac7cb2eb2ae7c7c9176382d0704dbc768",
                        "examples/GetConversion.json": "ae7e34222f0aa185fe30cdedfb0db129477aef418422668ab3a977a8db1e2f99",
                        "examples/GetSession.json": "eeac4f26fe65a65dd1c1b7a7ff709a8c3487f9ae95c7f47bec75b0b79f63c05c",
                        "examples/ListConversions.json": "582c48e7f37c1fadcbcf39587cd6827018744f4b60f86a3067b329606c7278a8",
                        "examples/ListSessions.json": "4fd1832c018e9724e1f9aaea7803fa28bf8206c5a19860994d965fbf9d7d9df5",
                        "examples/StopSession.json": "244fb1b39a687d5f5c64f0e0c5fe809fb4a7ac54ca0ef984523b8fba151386be",
                        "examples/UpdateSession.json": "e410d241932bcc635520277ad4112420aee73952fd0b8da32ace2783349a7e75",
                    }
                ),
            ),
            "rendering_2021_01_01_preview": ApiProvenance(
                service="rendering",
                api_version="2021-01-01-preview",
                default=False,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/2021-01-01-preview/mr-arr.json",
                sha256="c6a461d335de3618b39887aea8d4642bbfd3db337643939aeaa4ca6e2f7966c4",
                document_sha256="31e05c6148dd56afd561b457937004d232c75b33e2822c8ed562b52489c84487",
                files=MappingProxyType(
                    {
                        "examples/CreateConversion.json": "cd8e11d232236cd020b7b63c5865923a2a27d58da51ae6400764212c387f7c5f",
                        "examples/CreateSession.json": "0522b6d435fb0a2ac3937a7ec0464fb1c9b842ca3904d56a711ecbe71113fc18",
                        "examples/GetConversion.json": "59fa8f2952c8ecb7bd6fc8c4d6e2cac1d28dd1029b24ff19a9205c36fcc09f36",
                        "examples/GetSession.json": "8388d15fec96ab58ab1db2ea4eb8bde63c05dfcb82c029866f00c8110ec84802",
                        "examples/ListConversions.json": "0a8757b7188d3fa9711ece0242b06f131f09de617c955019b0193c52e0da1c5d",
                        "examples/ListSessions.json": "59366f7b4fa900d84b69021a53a2280dacebfd9965149552977ed503a9f06bdb",
                        "examples/StopSession.json": "3dbfee0229f6b905b6a0d1e51352c34fca22cde8c740d019708a9731abee7fc4",
                        "examples/UpdateSession.json": "2b769614dc72924ac22c5f4f4693f851edef1d69c008e54a1a9774af32629694",
                    }
                ),
            ),
            "sts_2019_02_28_preview": ApiProvenance(
                service="sts",
                api_version="2019-02-28-preview",
                default=True,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/2019-02-28-preview/mr-sts.json",
                sha256="5424eceea42d7c7db4db4e55d16a235467e77a8232e147129bc8f1153f4e6619",
                document_sha256="aebefb84a85f616075fcd3d2e40b84c6bb825792809aabc925bcd7934af12db4",
                files=MappingProxyType(
                    {
                        "examples/GetToken.json": "0cee7dc939b03fa7db2cdee682d6ae6b59ee515a82fb250a1b342670e6fc220a",
                    }
                ),
            ),
            "object_anchors_0_2_preview_0": ApiProvenance(
                service="object_anchors",
                api_version="0.2-preview.0",
                default=False,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/0.2-preview.0/mr-aoa.json",
                sha256="bee6d71c8974b5a571da33a5c59095b322798aa14d3883ec53a35ff70843aea4",
                document_sha256="903d34643b83e7599db2c17446d754e8bff0b71009645b7bdf07534eceacd936",
                files=MappingProxyType(
                    {
                        "examples/CreateIngestionJob.json": "12e9a67b6816e3f7c45167e711f3cfe7e10bd4fe19d9928c13aae7bca87ead30",
                        "examples/GetBlobUploadEndpoint.json": "e1aacde1a8764de4fd41de7491710e42434aa370bd149bee9b12902cca46e0aa",
                        "examples/GetIngestionJob.json": "86595614e5f6be48d806933ca13c666d16c98c02ad0f00119af34d242dff23b0",
                    }
                ),
            ),
            "object_anchors_0_2_preview_1": ApiProvenance(
                service="object_anchors",
                api_version="0.2-preview.1",
                default=False,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/0.2-preview.1/mr-aoa.json",
                sha256="085128ae431df40a4c7a08c60247b0747b1d96d172cee963944ab0954f8fe243",
                document_sha256="9c22d5a99fc4a47b35ba585bc025cd1923a5d6a900977727a9881848767876ed",
                files=MappingProxyType(
                    {
                        "examples/CreateAssetConversionJob.json": "4c403671297df8b2b3d1e1d8cc3031da7adbc128fe0b658dba2225533bb66d0b",
                        "examples/GetAssetConversionJob.json": "0ff62ca687ff7b0f7430d3aa89139a09058528f3110605c15cd797f4f263e353",
                        "examples/GetBlobUploadEndpoint.json": "90dffbc024ca107b1ce6248a37fa72f0178875d8da794cfeb80052f163173711",
                    }
                ),
            ),
            "object_anchors_0_3_preview_0": ApiProvenance(
                service="object_anchors",
                api_version="0.3-preview.0",
                default=False,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/0.3-preview.0/mr-aoa.json",
                sha256="1185568fdad1309b1fdfa6b0e2028c42eaeace686d2a0701604d454722bf110d",
                document_sha256="07923126cf0e73ce35bb4adcebbab956cd86bb03b22556acf6dda9feaebfde27",
                files=MappingProxyType(
                    {
                        "examples/CreateAssetConversionJob.json": "5ce1215c0514f743767e26d8ddd4c1c1f42669f55223fb06d02a7216f18a9278",
                        "examples/GetAssetConversionJob.json": "f96a5609b38f925b7aa9c9f1381ae69752cbb32c1065f63c64e72143e9ed3d8b",
                        "examples/GetBlobUploadEndpoint.json": "32458042015d4c395f7a63257804db047adf053d118dd4e61f4909923d938ac9",
                    }
                ),
            ),
            "object_anchors_0_3_preview_1": ApiProvenance(
                service="object_anchors",
                api_version="0.3-preview.1",
                default=False,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/0.3-preview.1/mr-aoa.json",
                sha256="c9fa320c615a8ec2a55af382a3ffb4bd38487311f726fd27a286c1b92253e214",
                document_sha256="e4af1d85ed44709ad9ba6ec0ea48ccb9cedc2b238e3108552794e9e16f689c17",
                files=MappingProxyType(
                    {
                        "examples/CreateAssetConversionJob.json": "2f304bda4a81eed3b9ca15347768eff3c163842639fabc951faaef8f92b7f51a",
                        "examples/GetAssetConversionJob.json": "6d37df3c9e28b04665442390da6338a0d86a8cdecdd2d0345c831b4ea3527ade",
                        "examples/GetBlobUploadEndpoint.json": "b9c4c9730c41d1fa28b14702a054f245d243bfd7de4dae9fcb85ea9f3a3e2bdd",
                    }
                ),
            ),
            "object_anchors_0_3_preview_2": ApiProvenance(
                service="object_anchors",
                api_version="0.3-preview.2",
                default=True,
                path="specification/mixedreality/data-plane/Microsoft.MixedReality/preview/0.3-preview.2/mr-aoa.json",
                sha256="c19cf77cb8988db2d1178396e0b479959d6ffb5236478a342b3be98a6b15b068",
                document_sha256="2c38463af14cbfa2fde5683255d992883d693dae31c7a9463fafa9282643bd79",
                files=MappingProxyType(
                    {
                        "examples/CreateAssetConversionJob.json": "76e65eb1ead636c1c1cfbfd642dbf8438f1562df993e315c640889907567134c",
                        "examples/GetAssetConversionJob.json": "8fcb086913ef9e7b862fcdf774e09ba74739834f5335b93cdc75f54d9060c25f",
                        "examples/GetBlobUploadEndpoint.json": "b3a87e01ceec20952aeaa819e9904c518ce2a0a353b4f895f581fa4ce36b2304",
                    }
                ),
            ),
        }
    ),
)
