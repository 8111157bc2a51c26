/** Keeps small wishes (volume, theatre mode) between visits; where storage is denied they last as long as the page. */
export function remembered(key: string): string | undefined {
  try {
    return localStorage.getItem(`onioncast.${key}`) ?? undefined;
  } catch {
    // Storage is switched off: reading it throws, and there is nothing to know.
    return undefined;
  }
}

/** See `remembered`. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(`onioncast.${key}`, value);
  } catch {
    // Denied or full: the wish is forgotten with the page, which is what such a browser asks for.
  }
}
