/**
 * Returns every HTTP operation of the api and the gateway, with the parameters and the fields of
 * the request body.
 */
export async function readOperations(apiUrl: string, gatewayUrl: string): Promise<Operation[]> {
  const document = (await (await fetch(`${apiUrl}/openapi.json`)).json()) as OpenApi;
  const described = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { parameters = [], requestBody, security, servers }]) => {
      // Skips operations of gateways, which are listed below.
      if (servers?.every(({ url }) => url !== '/')) return [];
      const named = (place: string) => parameters.filter((it) => it.in === place).map(({ name }) => name);
      const [[type, content] = ['', undefined]] = Object.entries(requestBody?.content ?? {});
      const operation: Operation = {
        ...{ root: apiUrl, method: method.toUpperCase(), path, type, closed: security.length > 0 },
        ...{ query: named('query'), headers: named('header') },
        fields: Object.keys(content?.schema.properties ?? {}),
      };
      return [operation];
    }),
  );
  const none = { type: '', query: [], headers: [], fields: [], closed: true };
  return [
    ...described,
    {
      ...none,
      ...{ root: gatewayUrl, method: 'POST', path: '/v1/frames', type: 'application/json' },
      fields: ['type', 'ref', 'to', 'chat', 'id', 'body', 'cursor', 'users', 'token'],
    },
    { ...none, root: gatewayUrl, method: 'GET', path: '/v1/poll', query: ['cursor', 'timeout', 'device'] },
    { ...none, root: gatewayUrl, method: 'GET', path: '/v1/nothing' },
  ];
}

export interface Operation {
  root: string;
  method: string;
  /** Path in which `{name}` stands for each parameter. */
  path: string;
  /** Content type of the body. Empty if the operation has no body. */
  type: string;
  query: string[];
  headers: string[];
  /** Names of the fields of a JSON body. */
  fields: string[];
  /** Whether the operation requires a token. */
  closed: boolean;
}

interface OpenApi {
  paths: Record<
    string,
    Record<
      string,
      {
        parameters?: { in: string; name: string }[];
        requestBody?: { content: Record<string, { schema: { properties?: object } }> };
        security: unknown[];
        servers?: { url: string }[];
      }
    >
  >;
}
