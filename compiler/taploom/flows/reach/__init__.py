"""Questions of people about flows: who reaches whom, by which entry, on which path."""
