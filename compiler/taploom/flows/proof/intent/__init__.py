"""The intent: the meaning of the spec for every packet (policy, forwards, isolation, translations, implied traffic).

This package follows the definition of the language, and reads the selectors that the user wrote, which the plan keeps.
It does not use the terms that the passes make for each host, so that a mistake in a pass shows as a difference.
"""
