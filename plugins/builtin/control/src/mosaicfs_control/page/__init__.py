"""The web page: what a build left in `web/`, served beside the API to anybody, since it holds nothing of anybody."""
