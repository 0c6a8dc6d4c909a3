"""Text that people and files give: in one form, so that one name is never two, and fit to be kept.

Owns that form, and what free text that goes into the log for ever may be: why, who, how it was
paid, under which key. What names may be is in `names` and `site_urls`. This module must not know
where a text was given.
"""

from __future__ import annotations

from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput

MAX_REMARK = 500

JOINERS = "\u200c\u200d"
# Spaces that look like one and are another character: no-break, of a fixed width, ideographic.
_SPACES = dict.fromkeys(map(ord, "\xa0\u1680\u202f\u205f\u3000"), " ")
_SPACES |= dict.fromkeys(range(0x2000, 0x200B), " ")
# What copying leaves at the ends of a text: blanks, and marks without a width.
_ENDS = f" \t\r\n\xad\u180e\u200b\u200e\u200f\u2060\ufeff{JOINERS}"
_NO_JOINERS = dict.fromkeys(map(ord, JOINERS))
_VIRAMA = 9


def clean(text: str) -> str:
    """The text in its one form: composed (NFC), every space a plain one, no blanks and no marks
    without a width at its ends. Joiners stay where a script needs them. A text in this form comes
    back as it is.
    """
    if text.isascii():
        return text.strip(_ENDS)
    from unicodedata import normalize

    while True:
        # Again, because what is left out may let its neighbors compose.
        found = normalize("NFC", text.translate(_SPACES).strip(_ENDS))
        found = _joined(found)
        if found == text:
            return found
        text = found


def _joined(text: str) -> str:
    """The text without joiners that show nothing: they do beside a virama, as in Indic scripts, and
    between Arabic letters."""
    if not any(joiner in text for joiner in JOINERS):
        return text
    from unicodedata import bidirectional, combining

    kept = []
    for position, character in enumerate(text):
        if character in JOINERS:
            around = text[position - 1 : position] + text[position + 1 : position + 2]
            arabic = [bidirectional(each) == "AL" for each in around] == [True, True]
            if not arabic and all(combining(each) != _VIRAMA for each in around):
                continue
        kept.append(character)
    return "".join(kept)


def is_plain_line(text: str) -> bool:
    """Whether a clean text is one line that shows all it has: nothing in it controls a terminal,
    turns text around or can't be seen."""
    return text.isprintable() or text.translate(_NO_JOINERS).isprintable()


def check_remark(text: str, subject: str) -> str:
    """The text in its one form: printable, at most 500 characters. `subject` is the option it came
    with.

    Raises BadInput `bad_text`, which does not repeat it, or `card_number`.
    """
    remark = clean(text)
    if len(remark) > MAX_REMARK or not is_plain_line(remark):
        raise BadInput(
            "bad_text",
            f"{subject} takes one line of at most {MAX_REMARK} characters that can be printed.",
            hint="Leave out line breaks and control characters, and say it shorter.",
            subject=subject,
        )
    check_no_card_number(remark)
    return remark
