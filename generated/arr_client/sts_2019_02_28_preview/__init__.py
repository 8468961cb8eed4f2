# Made from spec/openapi/sts_2019_02_28_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

"""A client library for accessing Mixed Reality token service"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
