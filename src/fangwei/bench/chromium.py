"""The machine's Chromium, driven headless and kept from calling home."""

import os
import shutil

ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class NoChromiumError(Exception):
    """No browser to drive was found."""

    def __init__(self) -> None:
        super().__init__("no Chromium: apt-get install chromium fonts-noto-cjk, or set FANGWEI_CHROMIUM")


def chromium() -> str:
    """Where Chromium is.

    Raises:
        NoChromiumError: neither FANGWEI_CHROMIUM nor a `chromium` on the path.
    """
    found = os.environ.get("FANGWEI_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise NoChromiumError
    return found
