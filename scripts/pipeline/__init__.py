"""
From a pinned Swagger document to the generated client.

The steps are pure functions of bytes and dictionaries, with input and output at the edge:
pins → pull → lower → overlay → validate → generate → verify → swap.
"""
