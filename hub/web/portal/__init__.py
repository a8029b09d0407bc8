"""The portal: pages in French, whole without JavaScript, made from one release."""

from hub.web.portal.assets import Assets
from hub.web.portal.pages import Pages

__all__ = ["Assets", "Pages"]
