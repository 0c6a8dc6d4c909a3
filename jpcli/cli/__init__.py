"""The command line: parse, call one service function, hand its result to the renderer."""
