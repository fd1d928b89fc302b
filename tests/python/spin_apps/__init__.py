"""Code of small Spin apps; see README.md."""
