"""Credentials that several rows share, as constructor argument → environment variable."""

# A Google service account: its JSON, or a file with it.
GOOGLE_JSON = {"credentials": "GOOGLE_CREDENTIALS_JSON"}
GOOGLE_FILE = {"credentials_path": "GOOGLE_APPLICATION_CREDENTIALS"}

AZURE_SPEECH = {"api_key": "AZURE_SPEECH_API_KEY", "region": "AZURE_SPEECH_REGION"}
