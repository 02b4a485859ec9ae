"""taploom compiles specs of hypervisors and guests into a plan and into native configuration.

Nothing is imported here: start-up time is a promise, and each command loads only the stages it runs.
"""

__version__ = "0.1.0"
