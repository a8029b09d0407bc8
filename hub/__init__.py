"""The nation: harvests the networks' feeds, resolves duplicates, publishes the national catalogue."""
