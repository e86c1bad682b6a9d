"""Long work: what was asked, how far it is, what came of it; over a restart, for ninety days."""
