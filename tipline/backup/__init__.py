"""Backups: a state of the database, and a copy of every object it names, in a folder on another disk.

    FOLDER/snapshots/20261126T193300Z/   manifest.json, signature.json, tables/*.jsonl.gz, objects.jsonl.gz
    FOLDER/pool/ab/abcdef…               the objects' bytes as they lie in the store, named by their SHA-256

A snapshot is one consistent state, stated by the custody log's head, and whole or not there at all: its
manifest is written last. Objects of several snapshots are shared, so that a second backup copies what is new.
What is encrypted in the store stays so here; neither keys nor the station's secret are ever copied.
"""
