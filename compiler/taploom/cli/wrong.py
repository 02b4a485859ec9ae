"""What a user asks for and cannot have, said as a sentence: where it comes from, it is none yet."""

import click


def unusable(why: object) -> click.UsageError:
    """The error to raise.

    Args:
        why: the message, as findings have it: without a full stop, and maybe with a question at its end.
    """
    return click.UsageError(sentence(why))


def sentence(why: object) -> str:
    """A message with what ends it, once."""
    text = str(why)
    return text if text.endswith((".", "?", "!")) else f"{text}."
