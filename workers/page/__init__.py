"""A page about one file that stands alone: its contact sheet, movement, clock and facts, and nothing fetched.

Everything a stranger wrote into the file is escaped by ``Markup.format``; pictures lie in the page itself.
"""
