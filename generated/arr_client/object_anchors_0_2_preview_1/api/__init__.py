# Made from spec/openapi/object_anchors_0_2_preview_1.yaml. Do not edit: run `python scripts/regenerate.py`.

"""Contains methods for accessing the API"""
