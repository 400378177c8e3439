"""One verb a file; each has `command`, and is imported only when it runs."""
