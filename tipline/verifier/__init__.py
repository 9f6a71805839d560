"""The check of an evidence package: plain Python from 3.8 on, no package needed, no network, no settings.

`tipline package verify` runs these modules as they are; every package carries them joined into one file
(`joining`), so what a court runs without Tipline is what the station runs. Therefore nothing here imports
anything but the standard library and its own neighbours, no two modules use a name twice, and every sentence
is held in Chinese and English in the table `faults`.
"""
