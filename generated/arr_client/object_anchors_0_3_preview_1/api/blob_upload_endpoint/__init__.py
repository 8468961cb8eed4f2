# Made from spec/openapi/object_anchors_0_3_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains endpoint functions for accessing the API"""
