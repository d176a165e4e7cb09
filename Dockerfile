# One image for every program of the portal; docker-compose.yml says which of them a container runs.
FROM python:3.13-slim-trixie

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN apt-get update \
    # PostgreSQL's client programs make and restore backups; they must be of the server's version (docker-compose.yml).
    && apt-get install -y --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 concord \
    && install -d -o concord -g concord /data /certificate

WORKDIR /app
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock
COPY . .

USER concord
ENV CONCORD_MODE=production DATA_DIR=/data
EXPOSE 8000
