"""Parts of the Rasa pipeline that are ours."""
