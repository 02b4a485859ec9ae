"""A page as data: words, blocks of words, and a printer for each form in which a page is needed."""
