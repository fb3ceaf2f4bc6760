"""Marks a message for translation where no page is at hand: ``scripts/words.py`` collects it, a page looks it up."""


def later(message: str) -> str:
    """The message itself, translated where it is shown."""
    return message
