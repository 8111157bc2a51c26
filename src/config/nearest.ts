/** The name among `candidates` that somebody who wrote `wanted` most likely meant, or nothing if none is near. Upper and lower case are the same. */
export function nearestName(wanted: string, candidates: Iterable<string>): string | undefined {
  const text = wanted.toLowerCase();
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(text.length / 3)) + 1;
  for (const candidate of candidates) {
    const name = candidate.toLowerCase();
    // The right word in the wrong section is a nearer miss than any misspelling.
    const distance = lastWord(name) === lastWord(text) ? 1 : editDistance(text, name);
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
}

function lastWord(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** Letters to insert, delete, replace or swap with their neighbour to get from one to the other (optimal string alignment). */
function editDistance(from: string, to: string): number {
  // Nothing that long is a misspelling of ours, and the table grows with the product.
  if (from.length > 100) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          at(last, column) + 1,
          at(current, column - 1) + 1,
          at(last, column - 1) + (same ? 0 : 1),
          swapped ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [beforeLast, last] = [last, current];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
