"""What templates say, typeset as French: once, when a template is read."""

from collections.abc import Iterator

from jinja2.ext import Extension
from jinja2.lexer import TOKEN_DATA, TOKEN_STRING, Token, TokenStream

from hub.french import typeset


class Typesetting(Extension):
    """The text between tags, and the strings within them. What records say is left as it was said."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        for token in stream:
            said = token.type in (TOKEN_DATA, TOKEN_STRING)
            yield Token(token.lineno, token.type, typeset(token.value)) if said else token
