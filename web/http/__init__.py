"""What comes in over HTTP and goes out: hosts, cookies, headers, bodies, ranges.

What is on a page is not known here.
"""

__all__ = [
    "assets",
    "bodies",
    "cookies",
    "devices",
    "headers",
    "hosts",
    "progress",
    "ranges",
]
