"""The FastAPI app that a bot in the image may put routes on."""

from fastapi import FastAPI

app = FastAPI()
