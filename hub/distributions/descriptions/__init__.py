"""What a release says of its own files, for portals that harvest it and programs that check it."""
