"""Free text that goes into the log for ever: why, who, how it was paid, under which key.

Owns what such a text may be. What names may be is in `names` and `site_urls`. This module must not
know where a text was given.
"""

from __future__ import annotations

from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput

MAX_REMARK = 500


def check_remark(text: str, subject: str) -> str:
    """The text itself: printable, at most 500 characters. `subject` is the option it came with.

    Raises BadInput `bad_text`, which does not repeat it, or `card_number`.
    """
    if len(text) > MAX_REMARK or not text.isprintable():
        raise BadInput(
            "bad_text",
            f"{subject} takes one line of at most {MAX_REMARK} characters that can be printed.",
            hint="Leave out line breaks and control characters, and say it shorter.",
            subject=subject,
        )
    check_no_card_number(text)
    return text
