"""
The root of what the pipeline raises when a specification cannot become a client.
"""


class PipelineError(Exception):
    """
    A step of the pipeline refused; the message says what, where and what to do.
    """
