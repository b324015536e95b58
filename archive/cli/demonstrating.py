"""`saksi demo`: invented testimonies, taken in for real, served in the foreground."""

from __future__ import annotations

import click


@click.command()
def demo() -> None:
    """Show the archive at work: take the invented examples in, print the logins, serve the site.

    The first run takes a few minutes, since every recording is really heard; later runs only serve.
    """
    from archive.demo.run import run

    run()
