/**
 * What is known of one visit: the viewer who asked, and the Tor circuit by which they came. Local connections have no circuit; programs often say nothing
 * of a viewer, and all of those on this machine are taken for one.
 */
export interface Trace {
  readonly viewerId?: string;
  readonly circuitId?: number | 'local';
}

/**
 * Who of these is one person: whoever shares a viewer or a circuit, also by way of others. So many identities on one circuit are one, and so is one identity
 * on many circuits; it takes as many circuits as identities to look like many people. Groups stand in the order of their first trace.
 */
// Threat: T33
export function groupByPerson<T extends Trace>(traces: readonly T[]): readonly (readonly T[])[] {
  const parents = traces.map((_trace, index) => index);
  const rootOf = (index: number): number => {
    let current = index;
    for (;;) {
      const parent = parents[current] ?? current;
      if (parent === current) return current;
      // Paths are halved on the way, so that long chains cost no more than short ones.
      const next = parents[parent] ?? parent;
      parents[current] = next;
      current = next;
    }
  };
  const firstWith = new Map<string | number, number>();
  for (const [index, { viewerId, circuitId }] of traces.entries()) {
    for (const key of [viewerId, circuitId]) {
      if (key === undefined) continue;
      const [one, other] = [rootOf(index), rootOf(firstWith.get(key) ?? index)];
      parents[Math.max(one, other)] = Math.min(one, other);
      if (!firstWith.has(key)) firstWith.set(key, index);
    }
  }
  const groups = new Map<number, T[]>();
  for (const [index, trace] of traces.entries()) {
    const root = rootOf(index);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [trace]);
    else group.push(trace);
  }
  return [...groups.values()];
}
