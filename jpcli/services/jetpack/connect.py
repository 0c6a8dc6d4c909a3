"""Connecting a site to Jetpack, and remembering under which number Jetpack knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import outside_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Failed
from jpcli.domain.site_urls import normalize_url
from jpcli.domain.texts import check_remark
from jpcli.domain.words import quoted
from jpcli.ledger.queries.wishes import Connection, connection_of
from jpcli.services.change import once
from jpcli.services.jetpack.access import licensing_of

if TYPE_CHECKING:
    from jpcli.domain.contract.jetpack import JetpackConnectAnswer
    from jpcli.services.desk import Desk

SUCCESS, PREVIOUSLY = "success", "previously_connected"


def connect(desk: Desk, url: str, user: str) -> Answer[JetpackConnectAnswer]:
    """Connect a site; `user` is the id, login or address of a user of its WordPress. A site that is
    connected already is all right; one that was disconnected by hand is a failure of the answer
    (`previously_connected`), because it can't get a license.

    Raises BadInput `bad_site`, `bad_text`, Refused `no_dry_run`, what `licensing_of` does, and what
    the API says.
    """
    licensing = licensing_of(desk)
    site, named = normalize_url(url), check_remark(user, "--user")
    is_number = named.isascii() and named.isdigit() and len(named) <= 18

    def do() -> Answer[JetpackConnectAnswer]:
        found = licensing.connect(site, int(named) if is_number else named)
        _remember(desk, site, found.blog_id, found.code)
        data: JetpackConnectAnswer = {"code": found.code, "site": site, "blog_id": found.blog_id}
        hint = f"Put a license on it:   jpcli assign LICENSE --site {quoted(site)}"
        note = Note("connected", _told(data), subject=site, hint=hint)
        if found.code == SUCCESS:
            note = note._replace(message=f"Connected {site}. {note.message}", kind="ok")
        return Answer(data, () if found.code == PREVIOUSLY else (note,))

    answer = once(desk, {"command": "jetpack connect", "site": site, "user": named}, do)
    if answer.data["code"] == PREVIOUSLY:  # also where it is told again
        return answer._replace(failures=(_disconnected(answer.data),))
    return answer


def _remember(desk: Desk, site: str, blog_id: int | None, code: str) -> None:
    """What Jetpack said, unless that is known; without a number there is nothing to know it by."""
    if blog_id is None or connection_of(desk.ledger, site) == Connection(site, blog_id, code):
        return
    with desk.writing() as writer:
        writer.record(*outside_events.connection_seen(site, blog_id, code))


def _told(data: JetpackConnectAnswer) -> str:
    number = "no number" if data["blog_id"] is None else f"the number {data['blog_id']}"
    return f"Jetpack says {data['code']} and has {number} for {data['site']}"


def _disconnected(data: JetpackConnectAnswer) -> Failed:
    return Failed(
        PREVIOUSLY,
        f"{_told(data)}, which was disconnected by hand: such a site can't get a license",
        hint="Connect it on the site itself, under Jetpack in its WordPress, and run this again.",
        subject=data["site"],
    )
