"""Both hosts of bot(): a replica of the image's, and pipecat's own runner."""
