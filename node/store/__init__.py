"""What the node keeps, in one SQLite file. All of the node's SQL is here; functions never commit, callers do."""
