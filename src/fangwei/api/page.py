"""The built page: static files, one index for every address of the page, a policy with a fresh nonce."""

import secrets
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from fangwei.api.problems import NoSuchAddress

FOLDER = Path(__file__).resolve().parents[1] / "web"

NONCE_PLACE = "__CSP_NONCE__"
"""Written in index.html where the nonce goes; antd gives it to the style sheets it makes."""

LONGEST_ADDRESS = 200
"""Bytes. No page or file of ours comes near it; a file system refuses names of more than 255."""

NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>防微 Fangwei</title>
<body><h1>页面尚未构建</h1><p>请在仓库目录运行 <code>make setup</code>，然后刷新。报警和通知不受影响。</p>
<h1>The page is not built yet</h1><p>Run <code>make setup</code> in the repository, then reload.
Alarms and notices work without it.</p></body>"""


PHONE = "phone.html"
"""What crews carry (/m): a page of its own, far smaller, that its service worker shows without a line as well."""

PHONE_POLICY = (
    # blob: a photo just taken, not yet sent. No nonce: the page may come from the phone's own cache.
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "style-src 'self'; style-src-attr 'unsafe-inline'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)

WORKER = "sw.js"
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""A worker's own requests obey the policy that came with its script."""


def policy(nonce: str) -> str:
    """Content-Security-Policy of the page: nothing from elsewhere. Style attributes are allowed because chart
    tooltips are written with them; style sheets and scripts are not."""
    return (
        "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"style-src-elem 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; manifest-src 'self'; "
        "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def install(app: FastAPI, folder: Path = FOLDER) -> None:
    """Serve the page at every address outside /api."""
    root = folder.resolve()

    def index() -> Response:
        page = root / "index.html"
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, 503, {"content-security-policy": "default-src 'none'"})
        nonce = secrets.token_urlsafe(16)
        body = page.read_text("utf-8").replace(NONCE_PLACE, nonce)
        return HTMLResponse(body, headers={"content-security-policy": policy(nonce)})

    def phone() -> Response:
        page = root / PHONE
        if not page.is_file():
            return HTMLResponse(NOT_BUILT, 503, {"content-security-policy": "default-src 'none'"})
        return HTMLResponse(page.read_text("utf-8"), headers={"content-security-policy": PHONE_POLICY})

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    async def page(path: str, request: Request) -> Response:
        if path == "api" or path.startswith("api/"):
            raise NoSuchAddress(path=f"/{path[:200]}")
        if len(path.encode()) > LONGEST_ADDRESS:
            raise NoSuchAddress(path=f"/{path[:200]}")
        wanted = (root / path).resolve() if path and "\0" not in path else root
        if wanted.is_relative_to(root) and wanted.is_file() and wanted.name not in ("index.html", PHONE):
            kept = "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
            headers = {"cache-control": kept}
            if path == WORKER:
                headers["content-security-policy"] = WORKER_POLICY
            return FileResponse(wanted, headers=headers)
        if path.startswith("assets/") or "." in path.rsplit("/", 1)[-1]:
            raise NoSuchAddress(path=f"/{path[:200]}")
        return phone() if path == "m" or path.startswith("m/") else index()
