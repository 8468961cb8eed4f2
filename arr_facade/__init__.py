"""
Azure Remote Rendering sessions in Python.
"""
