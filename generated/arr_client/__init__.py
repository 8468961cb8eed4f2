# Made from spec/openapi. Do not edit: run `python scripts/regenerate.py`.

"""
The REST clients of Azure Remote Rendering and its neighbours, one sub-package per service and api-version.

`provenance` says what they were made from.
"""
