"""A host as facts collected there tell it, against its plan: what differs, by whose doing, and for which flows."""
