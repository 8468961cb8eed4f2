"""
Whether a document is what OpenAPI 3.1 says a document is.
"""

from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from pipeline.errors import PipelineError


class ValidationError(PipelineError):
    """
    A lowered and overlaid document is not valid OpenAPI 3.1.
    """


def validate(document: dict[str, Any], name: str) -> None:
    """
    Nothing, when the document is valid.

    Args:
        document: An OpenAPI document.
        name: What an error calls it.

    Raises:
        ValidationError: It is not valid; the message lists every finding with its JSON pointer.
    """
    findings = [
        f"{name}#/{'/'.join(str(part).replace('~', '~0').replace('/', '~1') for part in error.path)}: {error.message}"
        for error in OpenAPIV31SpecValidator(document).iter_errors()
    ]
    if findings:
        raise ValidationError("\n".join(findings))
