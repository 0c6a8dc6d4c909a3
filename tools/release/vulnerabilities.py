"""Ask what vulnerabilities are known of the packages that a locked list of requirements names.

python tools/release/vulnerabilities.py FILE

Exits 1 when there is one. Where the question can't be asked, for want of a network or because
the package index that is used here does not answer it, it says so loudly and exits 0.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SECONDS_MOST = 60
_ALARM = "!!!"


def asked(requirements: str) -> tuple[str, str]:
    """What pip-audit printed, and what it complained of last."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--requirement", requirements),
        *("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off"),
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=SECONDS_MOST
        )
    except subprocess.TimeoutExpired:
        return "", f"no answer within {SECONDS_MOST} seconds"
    return done.stdout, (done.stderr.strip().splitlines() or ["it printed nothing"])[-1]


def verdict(answer: str, complaint: str) -> tuple[list[str], int]:
    """The lines to print and the exit code. What was not audited is never passed over."""
    try:
        packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except (ValueError, LookupError, TypeError):
        return [f"{_ALARM} pip-audit failed, NO PACKAGE WAS AUDITED: {complaint}"], 0
    lines = [
        f"{package['name']} {package['version']}: {found['id']}, mended in "
        f"{', '.join(found['fix_versions']) or 'no release yet'}"
        for package in packages
        for found in package.get("vulns", ())
    ]
    code = 1 if lines else 0
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if skipped or not packages:
        names = ", ".join(skipped) if len(skipped) < len(packages) else "each of them"
        lines.append(f"{_ALARM} NOT AUDITED: {len(skipped)} of {len(packages)} packages ({names})")
    if not lines:
        lines.append(f"{len(packages)} packages audited, no known vulnerability")
    return lines, code


def main() -> int:
    """Print the verdict on the file that the call names."""
    requirements = str(Path(sys.argv[1]))
    lines, code = verdict(*asked(requirements))
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
