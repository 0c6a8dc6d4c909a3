"""What the optional extras of the package bring, and how to get it."""

from __future__ import annotations

from jpcli.domain.words import quoted

# As pyproject.toml has them; a test holds the two together.
PACKAGES = {
    "fonts": ("manimgx-fonts>=2026.9.26", "manimgx-fonts-cjk>=2026.9.26", "uharfbuzz>=0.53.7"),
    "keyring": ("keyring>=25",),
    "postgres": ("psycopg[binary]>=3.2",),
    "pdf": ("anyascii>=0.3.3", "fontpkg-source-sans-3>=3.52", "fpdf2>=2.8.5"),
}


def install_command(extra: str, python: str) -> str:
    """The command that adds an extra to the environment of an interpreter. It names the packages
    themselves: that works wherever jpcli came from, a checkout, a wheel, pipx or uv."""
    return " ".join(map(quoted, (python, "-m", "pip", "install", *PACKAGES[extra])))
