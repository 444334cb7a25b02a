"""Settings: what an installation may choose, and the only place that reads the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rater.errors import BadInput, fault


def setting(default: Any, variable: str, meaning: str) -> Any:
    """A field of `Settings`: its default, the environment variable that replaces it, and what it means."""
    return field(default=default, metadata={"variable": variable, "meaning": meaning})


@dataclass(frozen=True)
class Settings:
    """Every choice of an installation; `rater settings` prints them with the source of each value."""

    home: Path = setting(  # noqa: RUF009  (makes a field)
        Path("instance"), "RATER_HOME", "Folder of the database, the recordings, the keys and the exports"
    )
    database_url: str = setting(
        "", "RATER_DATABASE_URL", "SQLAlchemy address of the database; empty: SQLite in the home"
    )
    media_url: str = setting("", "RATER_MEDIA_URL", "Where recordings are stored; empty: the folder media in the home")
    key_file: str = setting(
        "", "RATER_KEY_FILE", "File of the keys that recordings are encrypted with; empty: keys/recordings in the home"
    )
    encryption: bool = setting(
        True,
        "RATER_ENCRYPTION",
        "Whether recordings are encrypted at rest; 0 only where the disk itself is encrypted and an nginx sends them",
    )
    timezone: str = setting("UTC", "RATER_TIMEZONE", "Time zone of the dates and times that pages show")
    secure_cookies: bool = setting(
        False, "RATER_SECURE_COOKIES", "Send cookies over HTTPS only; set it wherever Rater is served by HTTPS"
    )
    trusted_hosts: str = setting(
        "", "RATER_TRUSTED_HOSTS", "Host names that Rater answers to, separated by commas; empty: any"
    )
    x_accel: str = setting(
        "",
        "RATER_X_ACCEL",
        "Address at which an nginx before Rater sends the stored recordings; empty: Rater sends them",
    )

    upload_file_mb: int = setting(2_000, "RATER_UPLOAD_FILE_MB", "Largest file that a page takes in, in megabytes")
    upload_total_mb: int = setting(
        100_000, "RATER_UPLOAD_TOTAL_MB", "Most that the files of one import may come to, in megabytes"
    )
    smtp_url: str = setting(
        "",
        "RATER_SMTP_URL",
        "Mail server: starttls://user:password@host:587, smtps:// or smtp://; empty: no mail, notices on pages alone",
    )
    mail_from: str = setting("", "RATER_MAIL_FROM", "Address from which Rater writes; needed with a mail server")
    public_url: str = setting("", "RATER_PUBLIC_URL", "Address of the start page, for links in mails")
    digest_hour: int = setting(7, "RATER_DIGEST_HOUR", "Hour of the day from which the daily mail is sent, 0 to 23")

    @classmethod
    def load(cls, environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
        """Settings from the environment; keyword arguments win. Raises BadInput on a value of the wrong kind."""
        environ = os.environ if environ is None else environ
        values = dict(given)
        for each in fields(cls):
            raw = environ.get(each.metadata["variable"])
            if each.name not in values and raw is not None:
                values[each.name] = _parsed(each.metadata["variable"], each.default, raw)
        loaded = cls(**values)
        if loaded.timezone != "UTC" and not _is_zone(loaded.timezone):
            zone = loaded.timezone
            raise BadInput(fault("RATER_TIMEZONE is {zone!r}", "Name a zone such as Europe/Berlin", zone=zone))
        if loaded.x_accel and loaded.encryption:
            raise BadInput(
                fault(
                    "RATER_X_ACCEL is set, and nginx cannot send what is encrypted",
                    "Leave it out, or set RATER_ENCRYPTION=0 where the disk itself is encrypted",
                )
            )
        if not 0 <= loaded.digest_hour <= 23:
            hour = loaded.digest_hour
            raise BadInput(fault("RATER_DIGEST_HOUR is {hour}", "Write an hour from 0 to 23", hour=hour))
        return cls(**{**loaded.__dict__, "home": loaded.home.expanduser().resolve()})

    @property
    def database_address(self) -> str:
        """The database address that applies: the setting, else SQLite in the home."""
        return self.database_url or f"sqlite:///{self.home / 'rater.sqlite'}"

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database; None for any other."""
        address = self.database_address
        return Path(address.removeprefix("sqlite:///")) if address.startswith("sqlite:///") else None

    @property
    def key_place(self) -> Path:
        """The file of the keys that recordings are encrypted with."""
        return Path(self.key_file).expanduser().resolve() if self.key_file else self.home / "keys" / "recordings"

    @property
    def uploads_folder(self) -> Path:
        """Where files that are on their way into a study lie until it has them."""
        return self.home / "uploads"

    @property
    def exports_folder(self) -> Path:
        """Where bundles made by jobs wait for their download."""
        return self.home / "exports"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _parsed(variable: str, default: Any, raw: str) -> Any:
    if isinstance(default, bool):
        words = {
            "1": True,
            "true": True,
            "yes": True,
            "on": True,
            "0": False,
            "false": False,
            "no": False,
            "off": False,
        }
        if raw.strip().lower() not in words:
            raise BadInput(fault("{variable} is {raw!r}", "Write 1 or 0", variable=variable, raw=raw))
        return words[raw.strip().lower()]
    if isinstance(default, int):
        if not re.fullmatch(r"[0-9]{1,9}", raw.strip()):
            raise BadInput(fault("{variable} is {raw!r}", "Write a whole number", variable=variable, raw=raw))
        return int(raw)
    return type(default)(raw)


_PASSWORD = re.compile(r"(?<=:)[^:@/]+(?=@)")


def setting_rows(settings: Settings, environ: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """Each setting with its variable, value (without passwords), source (environment or default) and meaning."""
    environ = os.environ if environ is None else environ
    return [
        {
            "variable": each.metadata["variable"],
            "value": _PASSWORD.sub("***", str(getattr(settings, each.name))),
            "source": "environment" if each.metadata["variable"] in environ else "default",
            "meaning": each.metadata["meaning"],
        }
        for each in fields(settings)
    ]


def data_folder(name: str) -> Path:
    """The folder of shipped files (`scales`, `migrations`, `audio_samples`): the checkout's, else the wheel's."""
    package = Path(__file__).resolve().parent
    checkout = package.parent / name
    return checkout if (package.parent / "pyproject.toml").exists() and checkout.is_dir() else package / "_data" / name


def secret_key(home: Path) -> str:
    """The key that signs cookies: made at first start, readable by the owner alone.

    Raises BadInput if the file is readable by others or too short to be a key.
    """
    path = home / "keys" / "cookies"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
    except FileExistsError:
        pass
    key = path.read_text().strip()
    if len(key) < 64 or (os.name == "posix" and path.stat().st_mode & 0o077):
        raise BadInput(
            fault(
                "the cookie key is short or readable by others",
                "Delete it, and everyone signs in once more",
                file=str(path),
            )
        )
    return key
