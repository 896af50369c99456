"""Files of the contract ledger: read row by row in bounded memory, each row judged with a reason when it is wrong."""
