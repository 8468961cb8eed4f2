"""
The page of the admin API: one file of HTML, and a policy that keeps everything else out.

There is nothing in the file that its reader may not know. Its script asks the API for the rest, and needs the token for
it: from the address it was opened with, kept for the tab and taken out of the address, or typed in.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, get_args

import attrs
from starlette.responses import HTMLResponse

from arr_facade.emulator.faults import Effect, Fault, operations_of, options_of

if TYPE_CHECKING:
    from starlette.requests import Request

__all__ = ["page"]

_DOES: dict[Effect, str] = {
    "latency": "The answer comes later.",
    "slow_body": "The head of the answer comes at once, its body in pieces.",
    "truncate": "The connection breaks within the body.",
    "drop_after": "The request takes effect, and the connection breaks before the answer.",
    "drop_before": "The connection breaks before the request takes effect.",
    "error": "That status in place of an answer of the service; the request does not take effect.",
    "html": "The page of a gateway in place of an answer of the service.",
    "throttle": "429 for what is beyond so many requests in a minute.",
    "clock_skew": "The clock of the service is ahead, or with a minus behind.",
    "malformed_json": "The body of the answer ends in the middle, with a length that says so.",
    "early_shape": "Answers as they were before March 2021.",
    "unknown_enum": "A status that no client knows.",
    "unknown_field": "A member that no client knows.",
    "old_lease": "The lease is extended, and the answer still tells the one before.",
    "no_capacity": "New sessions find no server.",
    "ready": "New sessions are Ready at once, after a delay, or after so many reads.",
    "hold": "New sessions stay Starting until told otherwise.",
    "fail": "New sessions end in Error at once, after a delay, or after so many reads.",
    "ready_after_stop": "The stop of a session that is Starting is acknowledged and forgotten.",
}
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_VOCABULARY = '<script type="application/json" id="vocabulary">{}</script>'


async def page(_: Request) -> HTMLResponse:
    """
    The answer to `GET /`.
    """
    html, policy = _made()
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": policy,
        "Cross-Origin-Opener-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(html, headers=headers)


@cache
def _made() -> tuple[str, str]:
    """
    The page with the words of the fault rules in it, and its policy: its own script and style, its own server, no more.
    """
    html = resources.files("arr_facade.emulator").joinpath("page.html").read_text(encoding="utf-8")
    policy = {
        "default-src": "'none'",
        "script-src": _digest(_SCRIPT, html),
        "style-src": _digest(_STYLE, html),
        "img-src": "data:",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
        # The browser itself then refuses to read text as markup.
        "require-trusted-types-for": "'script'",
        "trusted-types": "'none'",
    }
    # Where it stands, a "<" could end the element.
    words = json.dumps(_vocabulary(), ensure_ascii=False).replace("<", "\\u003c")
    html = html.replace(_VOCABULARY, _VOCABULARY.replace("{}", words))
    return html, "; ".join(f"{name} {value}" for name, value in policy.items())


def _digest(element: re.Pattern[str], html: str) -> str:
    content = "".join(element.findall(html)).encode()
    return f"'sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}'"


def _vocabulary() -> dict[str, Any]:
    """
    What a form for a rule of faults has to know: the effects, and what each of them can be told.
    """
    fields = attrs.fields_dict(Fault)
    return {
        "effects": {
            effect: {
                "does": _DOES[effect],
                "operations": list(operations_of(effect)),
                "options": [
                    {"name": name, "needed": needed, "whole": "int" in str(fields[name].type)}
                    for name, needed in options_of(effect).items()
                ],
            }
            for effect in get_args(Effect)
        }
    }
