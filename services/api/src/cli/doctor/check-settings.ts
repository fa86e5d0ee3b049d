import { EnvError, type Environment } from '@parley/service';
import { type ApiConfig, readConfig } from '../../config.ts';
import { type Check, failed, ok, warnings } from './check.ts';

/**
 * Reads the settings of the api. Returns the config if it is valid, and one check for each problem.
 */
export function checkSettings(env: Environment): { config?: ApiConfig; checks: Check[] } {
  try {
    const config = readConfig(env);
    const checks = [
      ok('settings', 'Every setting is valid'),
      ...warnings('production', productionProblems(env), 'NODE_ENV is production, and no secret is a known one'),
      ...warnings('https', httpProblems(config), 'Clients use HTTPS: cookies are secure and HSTS is sent'),
      ...warnings('origins', originProblems(config), 'Every origin and address is safe'),
      ...warnings('audit', auditProblems(config), 'The audit log is on'),
    ];
    return { config, checks };
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    return { checks: error.problems.map(({ variable, problem }) => failed('settings', `${variable} ${problem}`)) };
  }
}

/**
 * Returns a problem if `NODE_ENV` is not `production`, plus each problem for which a start in
 * production would fail.
 */
function productionProblems(env: Environment): string[] {
  if (env.NODE_ENV === 'production') return [];
  const problems = ['NODE_ENV is not production: known secrets are accepted'];
  try {
    readConfig({ ...env, NODE_ENV: 'production' });
  } catch (error) {
    if (!(error instanceof EnvError)) throw error;
    problems.push(...error.problems.map(({ variable, problem }) => `In production, ${variable} ${problem}`));
  }
  return problems;
}

function httpProblems({ cookieSecure }: ApiConfig): string[] {
  if (cookieSecure) return [];
  return ['COOKIE_SECURE is false: browsers send the refresh cookie without TLS, and no HSTS is sent'];
}

function originProblems({ origins, gatewayUrls, accounts }: ApiConfig): string[] {
  const addresses = [
    ...origins.map((origin) => ['ORIGINS', origin] as const),
    ...gatewayUrls.map((url) => ['GATEWAY_URLS', url] as const),
    ...(accounts.publicUrl === undefined ? [] : [['PUBLIC_URL', accounts.publicUrl] as const]),
  ];
  return addresses.flatMap(([variable, address]) => {
    if (address === '*') return [`${variable} is *: pages of every site may call with the user's cookie`];
    return isPlain(address) ? [`${variable} has ${address}, which is not encrypted. Use https`] : [];
  });
}

/** Returns whether a URL connects to another machine without encryption. */
function isPlain(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  if (protocol !== 'http:' && protocol !== 'ws:') return false;
  return !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
}

function auditProblems({ accounts }: ApiConfig): string[] {
  return accounts.auditLog ? [] : ['AUDIT_LOG is false: sign-ins and changes are not recorded'];
}
