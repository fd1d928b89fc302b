"""The interfaces that a Spin app imports."""
