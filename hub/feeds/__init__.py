"""Reading a node's feed over HTTP, trusting nobody: address, size, speed and type are checked before a line is used.

client.py     the feed's words: manifest, changes, snapshot, digests, buckets
http.py       one bounded GET: address, redirects, status, content type
body.py       the bytes of an answer: decompressed within limits
origin.py     whose answer it is: signatures, checked before a line is used
patience.py   how long a slow or busy source is borne with
paging.py     lines into pages of bounded size
errors.py     what a source can do wrong, each with its code
"""

from hub.feeds.client import Feed, FeedClient
from hub.feeds.paging import Page, Unreadable

__all__ = ["Feed", "FeedClient", "Page", "Unreadable"]
