"""The files of a release: each format one writer, and each file read back by other means than those that wrote it."""
