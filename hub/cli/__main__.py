"""`python -m hub.cli`, the same as `rrma-hub`."""

from hub.cli import main

main()
