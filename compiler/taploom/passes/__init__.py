"""Document to plan in straight lines; each pass takes frozen data and makes frozen data."""
