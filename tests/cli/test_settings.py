import os
import subprocess
import sys
from pathlib import Path

import pytest

from rater.config import Settings
from rater.errors import BadInput, fault


@pytest.mark.parametrize(("variable", "value"), [("RATER_TIMEZONE", "Mars/One"), ("RATER_SECURE_COOKIES", "perhaps")])
def test_a_setting_of_the_wrong_kind_is_refused(variable: str, value: str) -> None:
    with pytest.raises(BadInput, match=variable):
        Settings.load({variable: value})


def test_settings_come_from_the_environment() -> None:
    loaded = Settings.load({"RATER_TIMEZONE": "Europe/Berlin", "RATER_SECURE_COOKIES": "1"})
    assert (loaded.timezone, loaded.secure_cookies) == ("Europe/Berlin", True)


def test_a_fault_reads_as_sentences() -> None:
    assert str(fault("It is {x}", "Did you mean {y}?", x=1, y=2, column="--map")) == "[--map]: It is 1. Did you mean 2?"
    assert str(fault("It is not", "Mend it", file="a.csv", line=3, column="b")) == "a.csv:3 [b]: It is not. Mend it."
    assert str(fault("It is not", "Mend it")) == "It is not. Mend it."


@pytest.mark.parametrize("address", ["foo", "oracle9://x", "postgresql+psycopg://nobody@127.0.0.1:1/none"])
def test_a_database_that_is_not_there_is_told_in_a_line(tmp_path: Path, address: str) -> None:
    script = "from rater.app import main; main()"
    environ = {**os.environ, "RATER_HOME": str(tmp_path), "RATER_DATABASE_URL": address}
    done = subprocess.run(
        [sys.executable, "-c", script, "db", "upgrade"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("error: ")


def test_a_command_in_the_wrong_folder_leaves_nothing_behind(tmp_path: Path) -> None:
    script = "from rater.app import main; main()"
    environ = {**os.environ, "RATER_HOME": str(tmp_path / "nowhere")}
    done = subprocess.run(
        [sys.executable, "-c", script, "reliability", "x"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "rater db upgrade" in done.stderr
    assert not (tmp_path / "nowhere").exists()
