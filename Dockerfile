# Build: the locked versions by their hashes, then the program, in an environment of its own.
FROM python:3.13-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH

WORKDIR /src
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY . .
RUN pip install --no-deps . \
    && pip check \
    && python -m compileall -q /venv
# Where npm's registry is out of reach, staff are told that GraphiQL is missing.
RUN learner-tracking graphiql || true

# Run: nothing but the environment, as a user who may write in /data only.
FROM python:3.13-slim

RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin learner-tracking \
    && install -d -o learner-tracking -g learner-tracking /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

USER learner-tracking
# The SQLite file and outgoing mail land here unless the settings name other places.
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["learner-tracking", "serve", "--host", "0.0.0.0"]
