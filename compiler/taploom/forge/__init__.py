"""Creates and updates the one comment of a change on GitHub or GitLab, which a hidden mark identifies."""
