"""One regional network: holds its directory and states its changes as a feed."""
