export { watchClocks } from './clock-gauge.ts';
export { watchDependencies } from './dependency-gauge.ts';
export { EnvError, type Environment, type EnvProblem, readEnv, type Values, type Variable } from './env/read-env.ts';
export {
  bool,
  developmentSecret,
  duration,
  integer,
  list,
  oneOf,
  secret,
  share,
  size,
  text,
  url,
} from './env/variables.ts';
export {
  type Answer,
  checkServers,
  type HealthOptions,
  type HealthServer,
  healthyBody,
  metricsText,
  type Readiness,
  type Ready,
  readyBody,
  startHealthServer,
} from './health.ts';
export { type HookConfig, hookConfig, hookVariables } from './hooks/config.ts';
export { Hooks, type HookVerdict } from './hooks/hooks.ts';
export { readLayimSeal, sealLayimMedia } from './layim-seal.ts';
export { type RunOptions, runService, type Service } from './lifecycle.ts';
export { createLog, type Log, type LogLevel, logLevels } from './log.ts';
export { addGauge, Counter, createMetrics, Gauge, Histogram, Registry } from './metrics.ts';
export { PlainHistogram } from './plain-histogram.ts';
export { checkHost, Forbidden, guardedLookup } from './requests/guard.ts';
export { Networks, networks, plainAddress } from './requests/networks.ts';
export { type Posted, Poster } from './requests/poster.ts';
export { signatureHeaders } from './requests/signature-headers.ts';
export { type Comparison, compareStores, DATABASE_WENT_BACK } from './stores/compare-stores.ts';
export { StoresMonitor } from './stores/stores-monitor.ts';
export { runTask, type TaskOptions } from './task.ts';
export { type OwnKeys, signToken, type TokenClaims, type Verified, verifyToken } from './token.ts';
export { type TokenIssuer, tokenIssuers } from './tokens/issuers.ts';
export { generateTokenKey, type TokenKey, tokenKeys } from './tokens/token-keys.ts';
export { type Bearer, TokenVerifier, type VerifiedBearer } from './tokens/verifier.ts';
export { type TraceConfig, traceConfig, traceVariables } from './traces/config.ts';
export { type Step, Traces } from './traces/traces.ts';
export { pushEndpoint, type WebhookEndpoint, type WebhookKind, webhookKinds, webhooks } from './webhooks.ts';
