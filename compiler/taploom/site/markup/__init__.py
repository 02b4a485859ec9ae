"""Pages as data: inline words, blocks, and printers to Markdown and HTML."""
