/** Returns the value of a Prometheus metric, summed over the label sets that match `labels`. */
export async function readMetric(url: string, name: string, labels = /.*/): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  let sum = 0;
  for (const [, named = '', value] of text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))) {
    if (labels.test(named)) sum += Number(value);
  }
  return sum;
}
