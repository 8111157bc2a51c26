/** Parameters of a query. One that comes twice counts as absent, so that no two readers can take different ones for the truth. */
export function parseQuery(text: string): Record<string, string> {
  const parameters = new URLSearchParams(text);
  const query: Record<string, string> = Object.create(null);
  for (const name of new Set(parameters.keys())) {
    const [value, ...more] = parameters.getAll(name);
    if (value !== undefined && more.length === 0) query[name] = value;
  }
  return query;
}

/** A parameter of the query as parsed by the web server, where each is there once or not at all. */
export function queryValue(query: unknown, name: string): string | undefined {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
