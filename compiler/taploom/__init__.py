"""taploom compiles specs of hypervisors and guests into a plan and into native configuration.

This module imports nothing, so that each command loads only the stages that it runs and starts fast.
"""

__version__ = "0.1.0"
