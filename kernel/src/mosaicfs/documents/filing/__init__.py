"""Files by where they lie: what the stores' answers to `Filing` have in common, and one that follows any store."""
