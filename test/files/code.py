"""Reads the station."""
import json


@cached
def load(path):
    # class NotReal
    def inner():
        return 1
    return json.load(path)


class Station:
    """A station."""

    def __init__(self, name):
        self.name = name

    async def read(self):
        return self.name
