"""Texts that try to be more than text wherever they are shown, put into every place of a report."""

from __future__ import annotations

from typing import Any

import msgspec

from gradlab.model import Report

__all__ = ["ATTACKS", "poisoned"]

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</pre></code></style><script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}${7*7}",
    "&lt;b&gt; &#60;b&#62;",
    "`<b>x</b>`",
    "````\n# heading\n````",
    "[click](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "| a | b |\n|---|---|",
    "@everyone #1 :tada: www.evil.example https://evil.example",
    "\n::error file=a::b\n",
    "::stop-commands::x\n::add-mask::y",
    "##[error]no ##vso[task]no",
    "]]></failure><failure>",
    "\x00\x01\x0b\x1b[31m\x9b\ufffe\uffff\ud800",
    "\u202ereversed\u2066 \u2028 \u2029",
    "=cmd|'/c calc'!A0",
    "%0A::error::x%0D",
]


def poisoned(report: Report, attack: str) -> Report:
    """Return the report with an attack in every text that may come from a submission or a course."""
    data = msgspec.to_builtins(report)
    return msgspec.convert(_poisoned(data, attack), Report)


_KEPT = ("schema", "outcome", "kind")  # one of a few words


def _poisoned(value: Any, attack: str, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _poisoned(item, attack, name) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_poisoned(item, attack, key) for item in value]
    return f"{value}{attack}" if isinstance(value, str) and value and key not in _KEPT else value
