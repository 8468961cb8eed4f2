"""
The version of arr-facade, read by the build and by `arr_facade.__version__`.
"""

__version__ = "0.1.0"
