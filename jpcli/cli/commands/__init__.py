"""The commands, one file each: parse, call one service function, return a result."""
