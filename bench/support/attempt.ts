/** What `go` brings, or undefined where it fails: one failure is told, and the bench goes on with the next measurement. */
export async function attempt<Result>(what: string, go: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await go();
  } catch (error) {
    console.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
