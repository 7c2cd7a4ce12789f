"""Render every sample page, serve the pages, and take pictures of them.

python -m tests.web.looks [--serve] [--out build/looks] [--long] [name ...]
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Iterator
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2
from playwright.sync_api import Browser, sync_playwright

from kezek.web.server.templates import Templates
from tests.web.looks.samples import NAMES, samples

WEB = Path(__file__).parents[3] / "src" / "kezek" / "web"
CSP = "default-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SMALL = (Path(__file__).parent / "small.js").read_text("utf-8").split("\n", 1)[1]
SIZES = [(360, 740), (1440, 900)]


def longer(text: str) -> str:
    """A third more letters, as Russian and Kazakh take."""
    return (
        text
        if len(text) < 3
        else text
        + "·"
        + text[: max(1, len(text) * 3 // 10)].replace("%", "").replace("(", "").replace("<", "")
    )


@cache
def environment(*, long: bool = False) -> jinja2.Environment:
    """The product's own, with longer texts where they are wanted."""
    env = Templates(lambda asset: f"/static/{asset}").environment("en")
    if long:
        env.install_gettext_callables(  # type: ignore[attr-defined]
            longer, lambda one, many, n: longer(one if n == 1 else many), newstyle=True
        )
    return env


def render(name: str, *, long: bool = False) -> str:
    return samples()[name].render(environment(long=long))


class Pages(SimpleHTTPRequestHandler):
    def __init__(self, *args: Any, pages: dict[str, str], **more: Any) -> None:
        self.pages = pages
        super().__init__(*args, directory=str(WEB), **more)

    def do_GET(self) -> None:
        if self.path.startswith("/static/"):
            super().do_GET()
            return
        name = self.path.split("?")[0].strip("/")
        found = name in self.pages
        body = (
            self.pages[name]
            if found
            else "<br>".join(f'<a href="/{n}">{n}</a>' for n in self.pages)
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", CSP)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


def pictures(browser: Browser, base: str, names: list[str], out: Path) -> Iterator[str]:
    """Take each page in two sizes and two schemes; yield what is wrong with it."""
    for width, height in SIZES:
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height}, color_scheme=scheme
            )  # type: ignore[arg-type]
            page = context.new_page()
            said: list[str] = []
            page.on(
                "console",
                lambda m, said=said: (
                    said.append(m.text) if m.type in ("error", "warning") else None
                ),
            )
            page.on("pageerror", lambda e, said=said: said.append(str(e)))
            for name in names:
                page.goto(f"{base}/{name}")
                page.wait_for_timeout(120)
                if name.endswith("-night"):
                    page.check("#night")
                wide = page.evaluate(
                    "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                )
                if wide > 0:
                    yield f"{name} {width}: {wide} px too wide"
                for small in page.evaluate(SMALL) if scheme == "light" else []:
                    yield f"{name} {width}: small target {small}"
                full = not name.endswith("-called")
                page.screenshot(path=out / f"{name}-{width}-{scheme}.png", full_page=full)
                for text in said:
                    yield f"{name} {width}: {text}"
                said.clear()
                page.evaluate("localStorage.clear()")
            context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path, default=Path("build/looks"))
    parser.add_argument("--serve", action="store_true", help="serve the pages and wait")
    parser.add_argument(
        "--long", action="store_true", help="texts a third longer, to see what breaks"
    )
    args = parser.parse_args()
    names = [n for n in NAMES if not args.names or any(n.startswith(x) for x in args.names)]
    pages = {n: render(n, long=args.long) for n in names}
    args.out.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(
        ("127.0.0.1", 8765 if args.serve else 0), partial(Pages, pages=pages)
    )
    base = f"http://127.0.0.1:{server.server_port}"
    if args.serve:
        print(base)
        server.serve_forever()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for problem in pictures(browser, base, names, args.out):
            print(problem)
        browser.close()
    print(f"{len(names)} pages in {args.out}")


if __name__ == "__main__":
    main()
