import { ownFiles, readOwn } from './repository.ts';

/** A test that is called by the row of the threats it is about. */
export interface ThreatTest {
  readonly row: string;
  readonly file: string;
  readonly name: string;
}

const rowName = /(['"`])(T\d\d) ((?:(?!\1).)+)\1/g;
const ownTest = /\.test\.tsx?$/;

/** All of them, by file and place. */
export function threatTests(): readonly ThreatTest[] {
  return ownFiles()
    .filter((file) => ownTest.test(file))
    .toSorted()
    .flatMap((file) =>
      [...readOwn(file).matchAll(rowName)].map(([, , row = '', name = '']) => ({
        row,
        file,
        name: withoutSigns(name),
      })),
    );
}

/** The list of them as it stands below the heading of their row in docs/THREATS.md. */
export function listOf(row: string, tests: readonly ThreatTest[]): readonly string[] {
  return tests.filter((test) => test.row === row).map(({ file, name }) => `- \`${file}\`: ${name}`);
}

/** Text that Markdown takes for nothing else. */
function withoutSigns(name: string): string {
  return name
    .replaceAll(/\\?['’]/g, '’')
    .replaceAll(String.raw`\u2019`, '’')
    .replaceAll(/[<>*_`|]/g, (sign) => `\\${sign}`);
}
