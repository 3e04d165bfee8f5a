"""Pages of the people floor: HTTP in, one service, HTTP out."""
