"""Getting the money: cards on file, attempts, wires."""
