"""What the pages of an officer show of a case: rows read once, told in words. Nothing here changes anything."""
