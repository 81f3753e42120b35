"""Texts that people read, in Chinese and English together, from catalogues."""

from collections.abc import Mapping

import msgspec


class Text(msgspec.Struct, frozen=True):
    """One sentence or name in both languages of the house."""

    zh: str
    en: str

    def format(self, **values: object) -> "Text":
        """Both languages with `{name}` places filled; a Text value fills each language with its own words.

        >>> Text("{where}漏气", "Leak at {where}").format(where=Text("注液", "filling")).en
        'Leak at filling'
        """
        zh = {k: v.zh if isinstance(v, Text) else v for k, v in values.items()}
        en = {k: v.en if isinstance(v, Text) else v for k, v in values.items()}
        return Text(self.zh.format(**zh), self.en.format(**en))


Catalogue = Mapping[str, Text]
"""A room's texts by key; each room keeps its own in `texts.py`."""
