/**
 * Reads counters once per second until `stop`, which returns the rate at which each counter grew.
 */
export function sample(counters: Record<string, () => Promise<number>>): { stop(): Promise<Rates> } {
  const names = Object.keys(counters);
  const readings: { at: number; values: number[] }[] = [];
  let reading: Promise<void> = Promise.resolve();
  const read = async () => {
    const values = await Promise.all(Object.values(counters).map((counter) => counter()));
    readings.push({ at: performance.now(), values });
  };
  const look = () => {
    reading = reading.then(read);
  };
  look();
  const timer = setInterval(look, 1000);
  return {
    stop: async () => {
      clearInterval(timer);
      look();
      await reading;
      return Object.fromEntries(
        names.map((name, i) => [name, rateOf(readings.map(({ at, values }) => [at, values[i] ?? 0]))]),
      );
    },
  };
}

function rateOf(points: [at: number, value: number][]): Rate {
  const steps = points.slice(1).map(([at, value], i) => {
    const [before, from] = points[i] as [number, number];
    return ((value - from) * 1000) / Math.max(at - before, 1000);
  });
  const [[start, first] = [0, 0]] = points;
  const [end, last] = points.at(-1) ?? [0, 0];
  return { average: ((last - first) * 1000) / Math.max(end - start, 1), most: Math.max(0, ...steps) };
}

/** Name of a counter -> rate at which it grew. */
export type Rates = Record<string, Rate>;

/** Per second. */
export interface Rate {
  average: number;
  /** Maximum rate between two consecutive readings. */
  most: number;
}
