"""Signing in and out, invitations, language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from rater.errors import BadInput, Refused
from rater.people import operations as people
from rater.storage.database import reading, writing
from rater.web.access import TOKEN, Access, actor, declares, forget, now, person
from rater.web.errors import say
from rater.web.language import LOCALES
from rater.web.language import forget as forget_language
from rater.web.people.forms import InvitationForm, SignInForm

pages = Blueprint("people", __name__)


def _inside(target: str | None) -> str:
    """A path of this site to go on to; the start page for anything else."""
    target = target or ""
    parts = urlsplit(target)
    is_path = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if is_path and not parts.scheme and not parts.netloc else url_for("studies.home")


@pages.route("/sign-in", methods=["GET", "POST"])
@declares(Access.EVERYONE)
def sign_in() -> ResponseReturnValue:
    """Ask for address and password; go on to the page that was wanted."""
    form = SignInForm(next=request.args.get("next"))
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form), 422 if form.is_submitted() else 200
    try:
        with writing() as db_session:
            token = people.sign_in(db_session, form.email.data or "", form.password.data or "", now=now())
        refusal = gettext("Address and password do not go together.")
    except Refused as error:
        token, refusal = None, say(error.reason) + "."
    if token is None:
        form.password.errors = [refusal]
        return render_template("people/sign_in.html", form=form), 422
    session.clear()
    session[TOKEN] = token
    session.permanent = True
    return redirect(_inside(form.next.data), 303)


@pages.post("/sign-out")
@declares(Access.EVERYONE)
def sign_out() -> ResponseReturnValue:
    """End this sign-in."""
    if person() is not None:
        with writing() as db_session:
            people.sign_out(db_session, actor(), session[TOKEN], now=now())
    session.clear()
    forget()
    flash(gettext("You are signed out."))
    return redirect(url_for("people.sign_in"), 303)


@pages.route("/invitations/<token>", methods=["GET", "POST"])
@declares(Access.EVERYONE)
def invitation(token: str) -> ResponseReturnValue:
    """Let an invited person choose a password."""
    form = InvitationForm()
    if form.validate_on_submit():
        try:
            with writing() as db_session:
                people.accept_invitation(db_session, token, form.password.data or "", now=now())
        except BadInput as error:
            form.password.errors = [say(each.cause) for each in error.faults]
        else:
            flash(gettext("Your password is set. Sign in with it."))
            return redirect(url_for("people.sign_in"), 303)
    with reading() as db_session:
        invited = people.open_invitation(db_session, token, now=now()).person
        page = render_template("people/invitation.html", form=form, invited=invited)
    return page, 422 if form.is_submitted() else 200


@pages.post("/language")
@declares(Access.EVERYONE)
def language() -> ResponseReturnValue:
    """Keep the language that the reader chose."""
    chosen = request.form.get("locale")
    if chosen in LOCALES:
        session["locale"] = chosen
        if person() is not None:
            with writing() as db_session:
                people.choose_locale(db_session, actor(), chosen, now=now())
            forget()
        forget_language()
    return redirect(_inside(request.form.get("next")), 303)
