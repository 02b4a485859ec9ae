"""The sections of the language, one file per domain: what an entry may say, with the words that editors show."""
