"""What all endpoints of the REST API share: how they are asked, how they answer, how they refuse."""
