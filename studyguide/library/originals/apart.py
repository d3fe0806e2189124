"""Reads a large saved page in a process of its own, which may use so much time and memory and no
more: a parser can be kept busy for minutes by a page that is made for it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from studyguide.library.originals.blocks import PASTE, Block, Unreadable, html_blocks

SECONDS = 2
BYTES = 512 * 1024 * 1024
REFUSED = 3  # exit code: the page was understood to be unreadable, and why is on stdout
ROOT = Path(__file__).resolve().parents[3]


def html_blocks_apart(source: str) -> list[Block]:
    """As html_blocks. Raises Unreadable, for a page that takes too long as well."""
    try:
        done = subprocess.run(  # noqa: S603  # our own module
            [sys.executable, "-m", __name__],
            input=source.encode(),
            capture_output=True,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
            timeout=SECONDS * 10,  # of the clock, should the machine be busy
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_long() from None
    if done.returncode == REFUSED:
        raise Unreadable(done.stdout.decode())
    if done.returncode != 0:
        raise too_long()
    return [Block(text, kind) for text, kind in json.loads(done.stdout)]


def too_long() -> Unreadable:
    return Unreadable(f"That page takes too long to read. {PASTE}")


def limit() -> None:
    try:
        import resource
    except ImportError:  # Windows: the clock alone
        return
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))


def main() -> int:
    limit()
    try:
        blocks = html_blocks(sys.stdin.buffer.read().decode())
    except Unreadable as why:
        sys.stdout.write(str(why))
        return REFUSED
    json.dump([[block.text, block.kind] for block in blocks], sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
