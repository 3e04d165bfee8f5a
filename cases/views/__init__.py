"""Pages of the case floor: HTTP in, one service, HTTP out."""
