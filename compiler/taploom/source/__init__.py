"""From a folder of YAML files to trees with spans, and back to canonical YAML: the only importer of YAML libraries."""
