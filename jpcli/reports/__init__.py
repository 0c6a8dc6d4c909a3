"""What is made of the numbers for others: statements, policies. Knows no ledger and no screen."""
