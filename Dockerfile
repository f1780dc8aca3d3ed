# The bot image. Pinned: a host that changes under a deployed agent is found by its callers.
FROM dailyco/pipecat-base:0.1.19

# Dependencies are byte-compiled at build time, so that a cold start does not do it.
ENV UV_COMPILE_BYTECODE=1
# onnxruntime looks up its vendor's telemetry host unless this is set before it is imported.
ENV ORT_DISABLE_TELEMETRY=1

# Vendors beyond those that the image has anyway, by the names of their extras in pyproject.toml:
# docker build --build-arg EXTRAS="anthropic elevenlabs" (the cloud build takes what stands here).
ARG EXTRAS=""

# The dependency layer: rebuilt only when the lock file or EXTRAS changes. It makes the base image's own /app/.venv
# exactly ours; the development group (embedded engines, WebRTC, test tools) stays out.
RUN --mount=type=cache,target=/root/.cache/uv \
    --mount=type=bind,source=uv.lock,target=uv.lock \
    --mount=type=bind,source=pyproject.toml,target=pyproject.toml \
    uv sync --locked --no-install-project --no-dev $(echo "$EXTRAS" | tr ', ' '\n\n' | sed -n 's/^./--extra &/p')

# The code, beside the host's app.py in /app.
COPY bot.py ./
COPY frontdesk ./frontdesk
COPY agents ./agents
