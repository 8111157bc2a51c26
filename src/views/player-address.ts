/** The address of a player document of this view. */
export function playerHref(
  { base, view }: { readonly base: string; readonly view: string },
  wishes: Readonly<Record<string, string>> = {},
): string {
  return `${base}/player?${viewQuery(view, wishes)}`;
}

/** The view key, and more. */
export function viewQuery(view: string, more: Readonly<Record<string, string>>): string {
  return new URLSearchParams({ view, ...more }).toString();
}
