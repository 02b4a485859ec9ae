"""What the spec means for every packet: policy, forwards, isolation, translations and what is implied.

It is written from the language's definition and from selectors as the user wrote them, which the plan keeps. On purpose
it does not use the terms that the passes make for each host, so that a mistake in a pass shows as a difference.
"""
