# Two targets: the default, without Spark, and `local`, with Spark and Java for `engine: local`.
#
#   docker build .                       docker build --target local .
#
# The legacy builder and BuildKit both read it; so there are no mounts, links or heredocs.
# To build without a package index, put wheels into wheelhouse/ and add
#   --build-arg PIP_NO_INDEX=1 --build-arg PIP_FIND_LINKS=/build

FROM python:3.13-slim-bookworm AS libraries
ARG PIP_NO_INDEX
ARG PIP_FIND_LINKS
# Without bytecode of its own: what the base lacks of it is compiled below, and must be seen.  What is
# compiled does without columns, which only underline in tracebacks: it is smaller and loads sooner.
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONNODEBUGRANGES=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# wheelhouse* may match nothing; the files beside it make the instruction valid all the same.
COPY requirements/build.txt requirements/runtime.txt wheelhouse*/*.whl /build/
RUN pip install --quiet --require-hashes --only-binary :all: --target /tools -r build.txt \
 && pip install --quiet --require-hashes --only-binary :all: --no-compile --prefix /libraries -r runtime.txt
COPY image/lean.py /build/
RUN python lean.py libraries /libraries /spare

# The package itself changes most.  Nothing is fetched to build it.
FROM libraries AS package
ARG SOURCE_DATE_EPOCH=1767225600
COPY pyproject.toml README.md LICENSE NOTICE /source/
COPY plugin /source/plugin
RUN PYTHONPATH=/tools pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /dist /source \
 && pip install --quiet --no-index --no-deps --no-compile --prefix /package /dist/*.whl \
 && python lean.py package /package /libraries

FROM python:3.13-slim-bookworm AS default
COPY --from=libraries /libraries /usr/local
COPY --from=package /package /usr/local
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="glue-health-check" \
      org.opencontainers.image.description="Runs a changed AWS Glue script once and reports on the pull request" \
      org.opencontainers.image.source="https://github.com/glue-health-check/glue-health-check" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}"
ENTRYPOINT ["/usr/local/bin/glue-health-check"]

# What the image with Spark has besides.  pyspark is published as source only; it holds no code to
# be compiled, and is packed by the locked tools.
FROM libraries AS spark
COPY requirements/local.txt /build/
RUN PYTHONPATH=/tools:/libraries/lib/python3.13/site-packages pip install --quiet --require-hashes \
      --no-build-isolation --no-compile --prefix /local -r local.txt \
 && cp -a /spare/. /local/ \
 && python lean.py spark /local

FROM default AS local
COPY --from=spark /local /usr/local

# What comes last is what a plain `docker build .` makes.
FROM default
