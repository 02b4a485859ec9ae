"""Creates and updates the one comment of a change on GitHub or GitLab, and sets the statuses of a commit there."""
