"""Usage errors as whole sentences, made of messages that lack a full stop."""

import click


def unusable(why: object) -> click.UsageError:
    """A usage error with a message as a whole sentence.

    Args:
        why: the message, as findings have it: without a full stop, but perhaps with a question at its end.
    """
    return click.UsageError(sentence(why))


def sentence(why: object) -> str:
    """A message with a full stop, unless it already ends as a sentence does."""
    text = str(why)
    return text if text.endswith((".", "?", "!")) else f"{text}."
