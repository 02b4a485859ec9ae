"""What a YAML parser complains of, in terms of what the user wrote."""

import yaml

from netloom.base.diagnostic import Diagnostic
from netloom.base.span import start_of
from netloom.source import rules


def explained(error: yaml.YAMLError, text: str, file: str) -> Diagnostic:
    return Diagnostic(rules.SYNTAX, str(error), start_of(file))
