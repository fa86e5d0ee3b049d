import type { ConnectionsResult } from '../benchmarks/connections.ts';
import type { FeaturesResult } from '../benchmarks/features.ts';
import type { FramesResult } from '../benchmarks/frames.ts';
import type { GroupsResult } from '../benchmarks/groups.ts';
import type { HostileResult } from '../benchmarks/hostile.ts';
import type { IdleResult } from '../benchmarks/idle.ts';
import type { ImportResult } from '../benchmarks/import.ts';
import type { LiveResult } from '../benchmarks/live.ts';
import type { OverloadResult } from '../benchmarks/overload.ts';
import type { RateResult } from '../benchmarks/rate.ts';
import type { RollResult } from '../benchmarks/roll.ts';
import type { ScaleResult } from '../benchmarks/scale.ts';
import type { SearchResult } from '../benchmarks/search.ts';
import type { SocketsResult } from '../benchmarks/sockets.ts';
import type { StreamsResult } from '../benchmarks/streams.ts';
import type { WebResult } from '../benchmarks/web.ts';

/** Results by benchmark. Benchmarks that did not run are missing. */
export interface Results {
  live?: LiveResult[];
  rate?: RateResult[];
  idle?: IdleResult[];
  features?: FeaturesResult;
  frames?: FramesResult[];
  groups?: GroupsResult[];
  sockets?: SocketsResult[];
  search?: SearchResult;
  import?: ImportResult;
  roll?: RollResult;
  scale?: ScaleResult[];
  connections?: ConnectionsResult;
  overload?: OverloadResult;
  hostile?: HostileResult;
  streams?: StreamsResult;
  web?: WebResult;
}
