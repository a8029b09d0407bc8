"""`python -m node` is `rrma-node`."""

from node.cli import main

main()
