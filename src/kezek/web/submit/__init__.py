"""From a form to a decision and back, whatever happens on the way."""
