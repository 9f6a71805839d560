"""The nouns: what is true, whoever asks. Knows databases and stores, never pages or queues."""
