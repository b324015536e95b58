"""The command line, one file per group.

`root`                     the group `saksi`, and how errors are told
`opening`                  reads settings and opens the archive, asking for the passphrase where needed
`founding`, `checking`     init, upgrade; check
`serving`, `working`       serve; worker, reindex
`depositing`               ingest
`people`, `collecting`     account; collection, assign
`demonstrating`            demo
"""

from archive.cli.root import main

__all__ = ["main"]
