# One image for the API, the worker and the migrations; `compose.yaml` runs them with PostgreSQL and Redis.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/talentflux
WORKDIR /build
COPY requirements/base.in requirements/base.lock requirements/
RUN /opt/talentflux/bin/python -m pip install --require-hashes -r requirements/base.lock
COPY pyproject.toml README.md LICENSE ./
COPY talentflux talentflux
RUN /opt/talentflux/bin/python -m pip install --no-deps --no-build-isolation . \
 && /opt/talentflux/bin/python -m compileall -q /opt/talentflux/lib

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home --home-dir /home/talentflux talentflux \
 && install --directory --owner=talentflux --mode=0700 /data
COPY --from=build /opt/talentflux /opt/talentflux
ENV PATH=/opt/talentflux/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TALENTFLUX_DATA_FOLDER=/data \
    TALENTFLUX_LOG_FORMAT=json
USER talentflux
WORKDIR /home/talentflux
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f\"http://127.0.0.1:{os.environ.get('TALENTFLUX_PORT', '8000')}/ready\", timeout=2)"]
CMD ["talentflux", "up"]
