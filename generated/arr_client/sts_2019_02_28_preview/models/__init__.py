# Made from spec/openapi/sts_2019_02_28_preview.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains all the data models used in inputs/outputs"""

from .sts_token_response_message import StsTokenResponseMessage

__all__ = ("StsTokenResponseMessage",)
