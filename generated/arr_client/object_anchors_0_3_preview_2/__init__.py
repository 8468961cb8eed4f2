# Made from spec/openapi/object_anchors_0_3_preview_2.yaml. Do not edit: run `python scripts/regenerate.py`.

"""A client library for accessing Azure Object Anchors"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
