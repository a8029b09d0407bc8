"""Entries of zip archives that are the same bytes each time: one time for all, one system, one set of rights."""

from zipfile import ZIP_DEFLATED, ZipInfo

_FIRST_DAY = (1980, 1, 1, 0, 0, 0)  # the first that a zip can tell
_RIGHTS = 0o644 << 16
_UNIX = 3
_LEVEL = 3  # as for gzip: see `hub.distributions.jsonlines`


def entry(name: str, *, size: int = 0, method: int = ZIP_DEFLATED) -> ZipInfo:
    """An entry to write to. size: in bytes, where known beforehand; above 2 GiB the archive becomes a ZIP64."""
    made = ZipInfo(name, _FIRST_DAY)
    made._compresslevel = _LEVEL  # type: ignore[attr-defined] # public from Python 3.13 on, as compress_level
    made.compress_type, made.create_system, made.external_attr, made.file_size = method, _UNIX, _RIGHTS, size
    return made
