"""What the node shows over HTTP: the feed for the hub, pages for people."""
