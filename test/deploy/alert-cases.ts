/**
 * Input time series of Prometheus for `promtool test rules`. Each has one value per 10 s, written
 * as `value+step x count`.
 */
export type Series = Record<string, string>;

/**
 * Test case of an alert: a state in which it must fire, and a similar state in which it must not.
 */
export interface AlertCase {
  alert: string;
  /** Time after the start at which the alert must fire, such as `2m`. */
  within: string;
  firing: Series;
  quiet: Series;
}

const ns = 'namespace="a"';
const up = (job: string, pod: string) => `up{${ns},job="parley-${job}",pod="${pod}"}`;
const healthy: Series = Object.fromEntries(
  ['gateway', 'api', 'recorder'].flatMap((job) => [0, 1].map((index) => [up(job, `${job}-${index}`), '1x120'])),
);

/** All test cases. Every alert has at least one. */
export const alertCases: AlertCase[] = [
  { alert: 'ParleyNotScraped', within: '1m', firing: {}, quiet: healthy },
  ...['gateway', 'api', 'recorder'].flatMap((job): AlertCase[] => {
    const alert = `Parley${job[0]?.toUpperCase()}${job.slice(1)}sDown`;
    const others = Object.fromEntries(Object.entries(healthy).filter(([name]) => !name.includes(`parley-${job}`)));
    const oneLeft = { ...healthy, [up(job, `${job}-0`)]: '0x120' };
    return [
      // The firing state has no targets of the job, as after its last pod was deleted.
      { alert, within: '1m', firing: others, quiet: oneLeft },
      // In the firing state, the targets do not respond, although those of another installation do.
      {
        alert,
        within: '1m',
        firing: {
          ...others,
          [up(job, `${job}-0`)]: '0x120',
          [up(job, `${job}-1`)]: '0x120',
          [`up{namespace="b",job="parley-${job}",pod="other"}`]: '1x120',
        },
        quiet: healthy,
      },
    ];
  }),
  {
    alert: 'ParleyManyProcessesDown',
    within: '1m',
    firing: { ...healthy, [up('gateway', 'gateway-0')]: '0x120' },
    quiet: { ...healthy, ...four('gateway', 1) },
  },
  {
    alert: 'ParleyProcessDown',
    within: '6m',
    firing: { ...healthy, [up('gateway', 'gateway-0')]: '0x120' },
    quiet: { ...healthy, [up('gateway', 'gateway-0')]: '0x12 1x108' },
  },
  {
    alert: 'ParleyRedisLostData',
    within: '2m',
    firing: { [`parley_redis_data_losses_total{${ns}}`]: '0x3 1x120' },
    quiet: { [`parley_redis_data_losses_total{${ns}}`]: '0x120' },
  },
  dependency('ParleyPostgresDown', 'postgresql'),
  dependency('ParleyRedisDown', 'redis'),
  {
    alert: 'ParleyStoresDisagree',
    within: '1m',
    firing: { [`parley_dependency_up{${ns},pod="x",dependency="stores"}`]: '0x120' },
    quiet: { [`parley_dependency_up{${ns},pod="x",dependency="stores"}`]: '1x120' },
  },
  {
    alert: 'ParleyMessagesDoNotPass',
    within: '3m',
    firing: { ...reached('redis', 1), [`parley_probe_seconds_count{${ns},pod="x"}`]: '100x120' },
    quiet: { ...reached('redis', 1), [`parley_probe_seconds_count{${ns},pod="x"}`]: '100+2x120' },
  },
  {
    // The quiet state is without Redis, for which another alert fires.
    alert: 'ParleyMessagesDoNotPass',
    within: '3m',
    firing: { ...reached('postgresql', 0), [`parley_probe_seconds_count{${ns},pod="x"}`]: '100x120' },
    quiet: { ...reached('redis', 0), [`parley_probe_seconds_count{${ns},pod="x"}`]: '100x120' },
  },
  gauge('ParleyRedisFull', '1m', 'parley_redis_memory_used_ratio', 0.95, 0.85),
  gauge('ParleyRedisFilling', '11m', 'parley_redis_memory_used_ratio', 0.8, 0.7),
  {
    alert: 'ParleyClockWrong',
    within: '1m',
    firing: { [`parley_clock_offset_seconds{${ns},pod="x",dependency="redis"}`]: '-30x120' },
    quiet: { [`parley_clock_offset_seconds{${ns},pod="x",dependency="redis"}`]: '-5x120' },
  },
  {
    alert: 'ParleyProbeSlow',
    within: '12m',
    firing: buckets('parley_probe_seconds_bucket', { 0.5: 0, 1: 10, '+Inf': 10 }),
    quiet: buckets('parley_probe_seconds_bucket', { 0.1: 10, 0.5: 10, '+Inf': 10 }),
  },
  gauge('ParleyRecordLate', '2m', 'parley_record_oldest_seconds', 61, 59),
  {
    alert: 'ParleyPostgresDiskFull',
    within: '1m',
    firing: { [`parley_record_write_failures_total{${ns},pod="x",reason="disk-full"}`]: '0 1 2 3x117' },
    quiet: { [`parley_record_write_failures_total{${ns},pod="x",reason="unavailable"}`]: '0 1 2 3x117' },
  },
  { alert: 'ParleyRecordBacklogGrows', within: '2m', firing: backlog(600), quiet: backlog(400) },
  {
    alert: 'ParleyBucketsUnread',
    within: '2m',
    firing: unread(127, 256),
    quiet: unread(128, 256),
  },
  {
    alert: 'ParleyEntriesDead',
    within: '2m',
    firing: { [`parley_record_dead_total{${ns},pod="x"}`]: '0x3 1x117' },
    quiet: { [`parley_record_dead_total{${ns},pod="x"}`]: '1x120' },
  },
  {
    alert: 'ParleyHookFails',
    within: '2m',
    firing: { [`parley_hook_resting{${ns},pod="x",hook="rules"}`]: '1x120' },
    quiet: { [`parley_hook_resting{${ns},pod="x",hook="rules"}`]: '1 0 1 0x117' },
  },
  {
    alert: 'ParleyWebhookFails',
    within: '8m',
    firing: outcomes('parley_webhook_attempts_total', 'endpoint="product"', { again: 6, done: 4 }),
    quiet: outcomes('parley_webhook_attempts_total', 'endpoint="product"', { again: 4, done: 6 }),
  },
  {
    alert: 'ParleyPushFails',
    within: '2m',
    firing: outcomes('parley_pushes_total', 'service="web"', { failed: 6, taken: 4 }),
    // The quiet state has many pushes to subscriptions of browsers that no longer exist. They are
    // not failures.
    quiet: outcomes('parley_pushes_total', 'service="web"', { gone: 6, failed: 3, taken: 1 }),
  },
  {
    alert: 'ParleyBucketsUneven',
    within: '45m',
    firing: perBucket(9000),
    quiet: perBucket(2000),
  },
  gauge('ParleyInboxesLate', '6m', 'parley_inbox_lag_events', 1001, 1000),
  {
    alert: 'ParleyCatchUpsFrequent',
    within: '17m',
    firing: { ...connections(100), [`parley_catch_ups_total{${ns},pod="x"}`]: '0+60x120' },
    quiet: { ...connections(100), [`parley_catch_ups_total{${ns},pod="x"}`]: '0+10x120' },
  },
  {
    alert: 'ParleySlowReadersClosed',
    within: '22m',
    firing: { ...connections(100), [`parley_connections_closed_total{${ns},pod="x",code="4008"}`]: '0+1x150' },
    quiet: { ...connections(100), [`parley_connections_closed_total{${ns},pod="x",code="1001"}`]: '0+1x150' },
  },
  {
    alert: 'ParleyFramesRefused',
    within: '17m',
    firing: frames(30, 100),
    quiet: frames(10, 100),
  },
  {
    alert: 'ParleyOverloaded',
    within: '3m',
    firing: { [`parley_overload_refused_total{${ns},pod="x"}`]: '0+20x120' },
    quiet: { [`parley_overload_refused_total{${ns},pod="x"}`]: '0+5x120' },
  },
  {
    alert: 'ParleyGatewayFull',
    within: '3m',
    firing: descriptors(81),
    quiet: descriptors(79),
  },
  gauge('ParleyEventLoopBusy', '6m', 'parley_nodejs_eventloop_lag_p99_seconds', 0.3, 0.1),
  {
    alert: 'ParleyApiFails',
    within: '5m',
    firing: requests(10, 90),
    quiet: requests(1, 99),
  },
  {
    // The quiet state is without PostgreSQL, for which another alert fires.
    alert: 'ParleyApiFails',
    within: '5m',
    firing: { ...reached('postgresql', 1), ...requests(10, 90) },
    quiet: { ...reached('postgresql', 0), ...requests(10, 90) },
  },
  {
    alert: 'ParleyVolumeFilling',
    within: '2m',
    firing: { ...healthy, ...volume('a', 10) },
    // In the quiet state, only the volume of another application is full.
    quiet: { ...healthy, ...volume('a', 20), ...volume('b', 10) },
  },
  remaining('ParleyCertificateExpires', '2m', 2.9, 3.1),
  remaining('ParleyCertificateExpiresSoon', '62m', 13, 15),
  backup('ParleyBackupOld', '2m', 3.1, 2.9),
  backup('ParleyBackupLate', '12m', 1.6, 1.4),
  {
    alert: 'ParleyApiSlow',
    within: '17m',
    firing: buckets('parley_api_request_seconds_bucket', { 1: 0, 3: 10, '+Inf': 10 }, ',route="/v1/chats"'),
    quiet: buckets('parley_api_request_seconds_bucket', { 1: 0, 3: 10, '+Inf': 10 }, ',route="/v1/media/{id}"'),
  },
];

/** Returns the series of four processes of a job. The first `down` of them do not respond. */
function four(job: string, down: number): Series {
  return Object.fromEntries(
    [0, 1, 2, 3].map((index) => [up(job, `${job}-${index}`), index < down ? '0x120' : '1x120']),
  );
}

function gauge(alert: string, within: string, metric: string, firing: number, quiet: number): AlertCase {
  const name = `${metric}{${ns},pod="x"}`;
  return { alert, within, firing: { [name]: `${firing}x120` }, quiet: { [name]: `${quiet}x120` } };
}

/**
 * Returns the case of an alert about a database. It fires if no process reaches the database, but
 * not if only one process does not.
 */
function dependency(alert: string, name: string): AlertCase {
  const series = (pod: string) => `parley_dependency_up{${ns},pod="${pod}",dependency="${name}"}`;
  return {
    alert,
    within: '1m',
    firing: { [series('x')]: '0x120', [series('y')]: '0x120' },
    quiet: { [series('x')]: '0x120', [series('y')]: '1x120' },
  };
}

/** Returns the series that states whether a process reaches a database. */
function reached(name: string, up: 0 | 1): Series {
  return { [`parley_dependency_up{${ns},pod="x",dependency="${name}"}`]: `${up}x120` };
}

/** Returns the series for a number of bytes that are not in PostgreSQL yet. Their limit is 1000. */
function backlog(bytes: number): Series {
  return {
    [`parley_record_backlog_bytes{${ns},pod="x"}`]: `${bytes}x120`,
    [`parley_record_backlog_limit_bytes{${ns},pod="x"}`]: '1000x120',
  };
}

/** Outcomes per 10 s. */
function outcomes(metric: string, label: string, perStep: Record<string, number>): Series {
  return Object.fromEntries(
    Object.entries(perStep).map(([outcome, count]) => [
      `${metric}{${ns},pod="x",${label},outcome="${outcome}"}`,
      `0+${count}x120`,
    ]),
  );
}

/** Returns the series of a volume that has `left` percent of free space. */
function volume(namespace: string, left: number): Series {
  const labels = `namespace="${namespace}",persistentvolumeclaim="redis"`;
  return {
    [`kubelet_volume_stats_available_bytes{${labels}}`]: `${left}x120`,
    [`kubelet_volume_stats_capacity_bytes{${labels}}`]: '100x120',
  };
}

/**
 * Returns a case about a certificate that expires in `firing` or `quiet` days. promtool starts at
 * Unix time 0.
 */
function remaining(alert: string, within: string, firing: number, quiet: number): AlertCase {
  const expiry = (days: number) => ({
    [`parley_certificate_expiry_timestamp_seconds{${ns},pod="x",address="chat"}`]: `${days * 86_400}x400`,
  });
  return { alert, within, firing: expiry(firing), quiet: expiry(quiet) };
}

/**
 * Returns a case about a backup that is `firing` or `quiet` days old. promtool starts at Unix time
 * 0.
 */
function backup(alert: string, within: string, firing: number, quiet: number): AlertCase {
  const made = (days: number) => ({
    [`parley_backup_timestamp_seconds{${ns},pod="x",store="redis"}`]: `${-days * 86_400}x120`,
  });
  return { alert, within, firing: made(firing), quiet: made(quiet) };
}

function buckets(metric: string, perStep: Record<string, number>, labels = ''): Series {
  return Object.fromEntries(
    Object.entries(perStep).map(([le, count]) => [`${metric}{${ns},pod="x"${labels},le="${le}"}`, `0+${count}x150`]),
  );
}

/** Returns the series of two recorders, each of which reads `each` of `all` buckets. */
function unread(each: number, all: number): Series {
  return Object.fromEntries(
    ['x', 'y'].flatMap((pod) => [
      [`parley_record_leased_buckets{${ns},pod="${pod}"}`, `${each}x120`],
      [`parley_record_buckets{${ns},pod="${pod}"}`, `${all}x120`],
    ]),
  );
}

/**
 * Returns the series of ten buckets. The first one gets `busy` new entries per 10 s, the others
 * 500.
 */
function perBucket(busy: number): Series {
  return Object.fromEntries(
    Array.from({ length: 10 }, (_, bucket) => [
      `parley_record_bucket_entries_total{${ns},pod="x",bucket="${bucket}"}`,
      `0+${bucket === 0 ? busy : 500}x300`,
    ]),
  );
}

function connections(count: number): Series {
  return { [`parley_connections{${ns},pod="x"}`]: `${count}x150` };
}

function frames(refused: number, received: number): Series {
  return {
    [`parley_frames_refused_total{${ns},pod="x"}`]: `0+${refused}x150`,
    [`parley_frames_received_total{${ns},pod="x"}`]: `0+${received}x150`,
  };
}

function descriptors(open: number): Series {
  return {
    [`parley_process_open_fds{${ns},pod="x"}`]: `${open}x120`,
    [`parley_process_max_fds{${ns},pod="x"}`]: '100x120',
  };
}

function requests(failed: number, passed: number): Series {
  return {
    [`parley_api_request_seconds_count{${ns},pod="x",status="503"}`]: `0+${failed}x120`,
    [`parley_api_request_seconds_count{${ns},pod="x",status="200"}`]: `0+${passed}x120`,
  };
}
