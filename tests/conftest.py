"""What every test may ask for; builders are plain functions in `tests/builders/`."""

pytest_plugins = ["tests.postgres", "tests.browser", "tests.application"]
