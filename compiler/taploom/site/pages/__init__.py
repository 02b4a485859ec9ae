"""The builders of pages, one module for each kind of page; `compose` calls them all."""
