"""The passes from document to plan; each takes frozen data and makes new frozen data."""
