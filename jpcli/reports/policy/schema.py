"""The JSON schema of a policy, for editors; `tools/policy_schema.py` makes it from the rules."""

from __future__ import annotations


def schema_text() -> str:
    """The file that ships beside this module."""
    from importlib.resources import files

    return (files("jpcli.reports.policy") / "policy.schema.json").read_text("utf-8")
