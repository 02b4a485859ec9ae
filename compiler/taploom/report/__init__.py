"""From findings and plans to what people and tools read: nothing here decides, everything here only lays out."""
