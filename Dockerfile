FROM node:24-bookworm-slim AS install
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm install --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git tini \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=install /app/node_modules ./node_modules
COPY . .
RUN useradd --uid 10001 --no-create-home telltale \
    && mkdir /data \
    && chown telltale:telltale /data
USER telltale
ENV TELLTALE_DATA_DIR=/data TELLTALE_KEY_FILE=/data/keys/queue.key
VOLUME /data
EXPOSE 4317 4318 7070
ENTRYPOINT ["tini", "--", "node", "/app/bin/telltale.js"]
CMD ["up"]
