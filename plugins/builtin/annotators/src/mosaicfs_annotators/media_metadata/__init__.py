"""What pictures, recordings and PDF files say of themselves."""
