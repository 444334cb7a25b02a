"""Forms for signing in and accepting an invitation."""

from __future__ import annotations

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, PasswordField
from wtforms.validators import DataRequired, Length


class SignInForm(FlaskForm):  # type: ignore[misc]  # flask-wtf carries no types
    """Address and password."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        [DataRequired(lazy_gettext("Enter your e-mail address")), Length(max=254)],
        filters=[lambda given: given and given.replace("\x00", "")],
        render_kw={"autocomplete": "username", "autofocus": True},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        [DataRequired(lazy_gettext("Enter your password")), Length(max=1000)],
        render_kw={"autocomplete": "current-password"},
    )
    next = HiddenField()


class InvitationForm(FlaskForm):  # type: ignore[misc]  # flask-wtf carries no types
    """The password that an invited person chooses."""

    password = PasswordField(
        lazy_gettext("Choose a password"),
        [DataRequired(lazy_gettext("Choose a password")), Length(max=1000)],
        description=lazy_gettext("At least 15 characters. A short sentence is easy to remember."),
        render_kw={"autocomplete": "new-password", "minlength": 15},
    )
